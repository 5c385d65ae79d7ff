from . import client_finding
from . import client_finding_page
from . import client_portfolio
from . import client_dashboard
from . import client_today
from . import client_today_section
