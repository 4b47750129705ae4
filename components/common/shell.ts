/** Joins program and arguments to one line that a POSIX shell takes apart into the same again. */
export function shellCommand(words: readonly string[]): string {
  return words.map(quote).join(" ");
}

/** Names the kubeconfig's context to a command of ours; nothing does where it is the current one. */
export function contextOption(kubeContext: string | undefined): string[] {
  return kubeContext === undefined ? [] : ["--context", kubeContext];
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
