// Every source there is, one file each. A list, no logic; the order is that in which they are asked whether they
// recognise a document.

import { aws } from './aws.ts';
import type { Cloud } from './cloud.ts';
import { ec2Legacy } from './ec2-legacy.ts';

export const clouds: readonly Cloud[] = [aws, ec2Legacy];
