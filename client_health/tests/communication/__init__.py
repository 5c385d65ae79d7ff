from . import test_contact_map
from . import test_duty
from . import test_update
from . import test_update_mail
from . import test_waiting
