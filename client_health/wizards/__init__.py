from . import client_setup
from . import client_setup_line
from . import client_stage_move
