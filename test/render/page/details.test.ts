import { expect, test } from 'vitest';
import { widthOf } from '../../../src/render/labels.ts';
import { fitDetails } from '../../../src/render/page/details.ts';

const font = { family: 'Verdana', size: 12 };
const long = `std::__detail::_Map_base<${'int, std::pair<int const, Row>, '.repeat(12)}true>::at(int const&)`;
const numbers = ' (1,048,576 bytes, 66.67%)';

test.each<[string, string, number, string]>([
  [long, '', 1180, `Function: std::__detail::_Map_base<…>::at(int const&)${numbers}`],
  [long, '', 480, `Function: std::__detail::_Map_base<…>::at${numbers}`],
  ['json_parse', '', 190, 'Function: json_pa.. (1,048,5..'],
  ['put', ' src/a.c:12 (inlined)', 600, `Function: put${numbers} src/a.c:12 (inlined)`],
])('part %# of a line', (name, more, room, line) => {
  expect(fitDetails({ before: 'Function: ', name, numbers, more }, font, room)).toBe(line);
});

test.each([400, 700, 1180])('numbers are there, and the line fits, in %d pixels', (room) => {
  for (const name of [long, 'x'.repeat(300)])
    for (const more of ['', ` src/${'deep/'.repeat(80)}a.c:12`, `, 75.0% of ${long}`]) {
      const line = fitDetails({ before: 'Function: ', name, numbers, more }, font, room);
      expect(line).toContain(numbers);
      expect(widthOf(line, font)).toBeLessThanOrEqual(room);
    }
});
