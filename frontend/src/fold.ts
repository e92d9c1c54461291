// Vietnamese text without marks, so that «hoa» finds «Hòa», «Hoà» and «hoá», and «dang» finds «Đặng».

export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/đ/gi, "d")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}
