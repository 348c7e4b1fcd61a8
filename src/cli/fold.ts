import { defineCommand } from './command.ts';
import { convert } from './convert.ts';
import { viewOf, views } from './input.ts';
import { several } from './numbers.ts';
import { profileOutputs, suffixList } from './outputs.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';

export const fold = defineCommand({
  command: 'fold [file]',
  describe: 'capture to collapsed stacks',
  options: (parser) =>
    parser
      .positional('file', {
        type: 'string',
        describe: 'capture, collapsed stacks or .svg, also .gz; - or none: stdin',
      })
      .options({
        view: {
          type: 'string',
          requiresArg: true,
          choices: views,
          describe: 'of a capture (unfreed if it has frees)',
        },
        ...frameFlags,
        output: {
          type: 'string',
          requiresArg: true,
          alias: 'o',
          describe: `instead of stdout, repeatable: ${suffixList(profileOutputs)}`,
        },
      }),
  run: async (args) =>
    convert({
      file: args.file,
      input: { view: viewOf(args.view), frames: frameChoiceOf(args), unit: 'count' },
      outputs: several(args.output, '--output'),
      kinds: profileOutputs,
    }),
});
