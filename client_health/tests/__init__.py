from . import test_stage_moves
