from . import base_partner_merge
from . import client_review_export
from . import client_setup
from . import client_setup_line
from . import client_stage_move
