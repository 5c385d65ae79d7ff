from . import test_update
from . import test_update_mail
from . import test_waiting
