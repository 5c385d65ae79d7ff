from . import test_cadence
from . import test_status_update
from . import test_update
from . import test_update_mail
from . import test_waiting
