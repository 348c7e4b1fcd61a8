import { growthFace } from '../growth-face.ts';
import { flame } from './kind.ts';
import { start } from './start.ts';

start({
  ...flame,
  // The last line is how it grew.
  detailsIn: (tooltip) => (tooltip.length > 2 ? tooltip[1]! : ''),
  again(source, look) {
    const shown = flame.again(source, look);
    return { ...shown, face: growthFace(shown.profile, shown.face, look.flame!.factor) };
  },
});
