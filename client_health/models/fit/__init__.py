from . import client_fit_criterion
from . import client_fit_round
from . import client_relationship
