// Marks are integer hundredths of a point, as on the server; people write a decimal comma. No float is ever added up.

const pattern = /^(\d{1,9})(?:[.,](\d{1,2}))?$/;

export function parseMark(text: string): number | null {
  const match = pattern.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

const millionth = 1_000_000;

/** A weight such as "1.5", in millionths. */
export function parseWeight(text: string): number | null {
  const match = /^(\d{1,3})(?:[.,](\d{1,6}))?$/.exec(text.trim());
  return match && Number(match[1]) * millionth + Number((match[2] ?? "").padEnd(6, "0"));
}

/** The weighted sum in hundredths, rounded once, half upwards, as the server shows it. */
export function weightedTotal(marks: { mark: number; weight: number }[]): number {
  const exact = marks.reduce((sum, one) => sum + one.mark * one.weight, 0);
  return Math.floor((2 * exact + millionth) / (2 * millionth));
}

/** 7850 → "78,5"; 800 → "8". */
export function formatMark(hundredths: number): string {
  const whole = Math.floor(hundredths / 100);
  const part = String(hundredths % 100).padStart(2, "0").replace(/0+$/, "");
  return part ? `${whole},${part}` : String(whole);
}
