from . import test_archive
from . import test_clicks_tour
from . import test_client_merge
from . import test_client_merge_content
from . import test_intake
from . import test_stage_move_channels
from . import test_stage_moves
from . import test_responsible
