from . import test_meeting
from . import test_reply_time
from . import test_update
from . import test_update_mail
from . import test_waiting
from . import test_waiting_counter
from . import test_who_wrote
