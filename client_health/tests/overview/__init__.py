from . import test_engine_today
from . import test_store_page
from . import test_today
from . import test_today_tour
