from . import test_engine_fit
from . import test_fit
from . import test_fit_shown
from . import test_fit_tour
from . import test_fit_waiver
