from . import client_finding
from . import client_finding_page
