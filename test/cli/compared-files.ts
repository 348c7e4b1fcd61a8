import { writeFileSync } from 'node:fs';
import { Workplace } from './program.ts';

const before = 'main;a 102400\nmain;b 51200\nmain;c 7168\n';
const after = 'main;a 133120\nmain;b 40960\nmain;d 7168\n';
/** The same as two counts a line. */
export const both = 'main;a 102400 133120\nmain;b 51200 40960\nmain;c 7168 0\nmain;d 0 7168\n';

/** With old.folded and new.folded, which are compared. */
export function comparedFiles(): Workplace {
  const at = new Workplace();
  writeFileSync(at.path('old.folded'), before);
  writeFileSync(at.path('new.folded'), after);
  return at;
}
