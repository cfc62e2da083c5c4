/** What the person at the keyboard can mend: shown as it is, without where it came from. */
export class Refusal extends Error {}
