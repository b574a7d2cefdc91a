"""Cancel one order with tradernet-sdk, as its own documentation shows it; only the address is ours."""

import os
import sys

from tradernet import Tradernet


class Local(Tradernet):
    url = os.environ["BENCHMARK_URL"]


data = Local("throwaway-public", "throwaway-private").cancel(2929292929)
sys.stdout.write(f"{data}\n")
sys.exit("error" in data)
