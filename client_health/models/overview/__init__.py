from . import client_today
from . import client_today_section
