from . import client_update
from . import client_waiting
