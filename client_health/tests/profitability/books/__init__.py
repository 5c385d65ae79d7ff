from . import test_books_oracle
from . import test_cost_cases
from . import test_dated_customers
from . import test_deferral_dates
from . import test_revenue_cases
from . import test_sceptic
from . import test_spread
