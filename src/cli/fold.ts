import { views } from '../fold/views.ts';
import { defineCommand } from './command.ts';
import { convert } from './convert.ts';
import { viewOf } from './input.ts';
import { several } from './numbers.ts';
import { profileOutputs, suffixList } from './outputs.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';

export const fold = defineCommand({
  command: 'fold [input]',
  describe: 'capture to collapsed stacks',
  options: (parser) =>
    parser
      .positional('input', {
        type: 'string',
        describe: 'capture, collapsed stacks, .svg or .html, also .gz; - or none: stdin',
      })
      .options({
        view: {
          type: 'string',
          requiresArg: true,
          choices: views,
          describe: 'of a capture (unfreed if it has frees)',
        },
        ...frameFlags,
        ...residentFlags,
        output: {
          type: 'string',
          requiresArg: true,
          alias: 'o',
          describe: `instead of stdout, repeatable: ${suffixList(profileOutputs)}`,
        },
      }),
  run: async (args) =>
    convert({
      file: args.input,
      input: {
        view: viewOf(args.view),
        frames: frameChoiceOf(args),
        resident: residentChoiceOf(args),
        unit: 'count',
      },
      outputs: several(args.output, '--output'),
      kinds: profileOutputs,
    }),
});
