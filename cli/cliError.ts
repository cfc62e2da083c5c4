/** An error that the user can correct. `lvs` prints it without a stack trace. */
export class CliError extends Error {}
