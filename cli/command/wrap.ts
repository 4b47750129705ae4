/** Breaks a text between words into lines of at most `width` characters, where its words allow. */
export function wrap(text: string, width: number): string[] {
  const broken: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      broken.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...broken, line];
}
