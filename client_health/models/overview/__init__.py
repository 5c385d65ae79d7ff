from . import client_portfolio
from . import client_dashboard
