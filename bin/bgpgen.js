#!/usr/bin/env node
'use strict';
require('../dist/programs/bgpgen.cjs');
