/** Something in the configuration that can't work, or works otherwise than it looks. */
export interface Finding {
  /** What it is about: an object by its name, an annotation, the pod. */
  subject: string;
  problem: string;
  /** What to do about it. */
  remedy: string;
}

/** In one line. */
export function describeFinding({ subject, problem, remedy }: Finding): string {
  return `${subject}: ${problem}; ${remedy}`;
}
