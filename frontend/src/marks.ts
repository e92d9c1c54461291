// Marks are integer hundredths of a point, as on the server; people write a decimal comma. No float is ever added up.

const pattern = /^(\d{1,9})(?:[.,](\d{1,2}))?$/;

export function parseMark(text: string): number | null {
  const match = pattern.exec(text.trim());
  if (!match) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}

/** 7850 → "78,5"; 800 → "8". */
export function formatMark(hundredths: number): string {
  const whole = Math.floor(hundredths / 100);
  const part = String(hundredths % 100).padStart(2, "0").replace(/0+$/, "");
  return part ? `${whole},${part}` : String(whole);
}
