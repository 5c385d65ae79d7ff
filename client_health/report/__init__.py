from . import client_review
from . import client_value_report
