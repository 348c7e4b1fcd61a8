import { flame } from './kind.ts';
import { start } from './start.ts';

start(flame);
