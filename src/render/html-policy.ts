import { createHash } from 'node:crypto';

/**
 * A Content-Security-Policy (CSP Level 3) under which nothing runs or looks but this script and this
 * style, nothing is loaded or sent, and no text can become markup.
 */
export function policyFor(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${sourceOf(script)}'`,
    `style-src '${sourceOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function sourceOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
