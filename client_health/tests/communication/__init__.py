from . import test_reply_time
from . import test_waiting_counter
from . import test_who_wrote
