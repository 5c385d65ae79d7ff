from . import client_review_decision
from . import client_relationship
