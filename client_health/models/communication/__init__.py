from . import client_update
from . import client_waiting
from . import client_contact
from . import client_duty
