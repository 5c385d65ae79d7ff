from . import client_fit_mixin
from . import client_fit_criterion
from . import client_fit_answer
from . import client_fit_round
from . import client_relationship
