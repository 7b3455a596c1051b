#!/usr/bin/env node
'use strict';
require('../dist/programs/cloudhosts.cjs');
