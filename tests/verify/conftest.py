# SPDX-License-Identifier: Apache-2.0
"""Lets the tests of this folder import verify.* and support.*, as its programs do by themselves."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
