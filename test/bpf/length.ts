/** `npm run test:stress`: everything at full length. */
export const full = process.env.MEMSTACKS_STRESS === 'full';

/** Nor is anything left out where nobody waits for it. */
export const thorough = full || process.env.CI === 'true';
