#!/usr/bin/env node
'use strict';
require('../dist/programs/fwgen.cjs');
