// What the scripts say, in both languages of the site. The server's own sentences come translated.
const texts = {
  saving: ["Đang lưu…", "Saving…"],
  saved: ["Đã lưu {time}", "Saved {time}"],
  unsaved: ["Chưa lưu", "Not saved yet"],
  offline: ["Chưa lưu – mất mạng, sẽ tự lưu lại", "Not saved – offline, will retry by itself"],
  serverSilent: ["Chưa lưu – máy chủ chưa trả lời, sẽ tự lưu lại", "Not saved – the server does not answer, will retry by itself"],
  saveErrors: ["Chưa lưu – có mục cần sửa", "Not saved – some fields need attention"],
  saveRefused: ["Chưa lưu – {reason}", "Not saved – {reason}"],
  signedOut: ["Chưa lưu – cần đăng nhập lại", "Not saved – please sign in again"],
  conflictState: ["Chưa lưu – có hai bản khác nhau", "Not saved – there are two versions"],
  conflictTitle: ["Phiếu này vừa được lưu ở nơi khác", "This sheet has just been saved elsewhere"],
  conflictText: [
    "Có thể bạn đang mở phiếu ở hai thẻ hoặc hai thiết bị. Chưa bản nào bị mất; hãy chọn bản muốn giữ.",
    "You may have it open in two tabs or on two devices. Nothing is lost; choose the version to keep.",
  ],
  conflictItem: ["Mục", "Item"],
  conflictMine: ["Trên màn hình này", "On this screen"],
  conflictTheirs: ["Đã lưu ở nơi khác", "Saved elsewhere"],
  keepMine: ["Giữ bản trên màn hình này", "Keep the version on this screen"],
  useTheirs: ["Dùng bản đã lưu", "Use the saved version"],
  restored: ["Đã khôi phục nội dung chưa kịp lưu lúc {time}. Hệ thống đang lưu lại.", "Restored what could not be saved at {time}. Saving it now."],
  otherTab: [
    "Phiếu này đang mở ở một thẻ khác trên máy này. Hãy chỉ nhập ở một thẻ.",
    "This sheet is open in another tab of this computer. Please type in one tab only.",
  ],
  submitWaits: ["Chưa gửi được vì nội dung chưa lưu xong. Nội dung vẫn còn trên trang này.", "Not sent because it could not be saved. Everything is still on this page."],
  uploading: ["Đang tải lên: {done} / {total} ({percent} %){left}", "Uploading: {done} of {total} ({percent}%){left}"],
  uploadLeft: [", còn khoảng {time}", ", about {time} left"],
  uploadChecking: ["Đã gửi xong, hệ thống đang kiểm tra tệp…", "Sent; the files are being checked…"],
  uploadCancelled: ["Đã hủy. Chưa có tệp nào được gửi.", "Cancelled. No file was sent."],
  uploadLost: [
    "Mất kết nối khi đang tải lên. Tệp và nội dung đã nhập vẫn còn trên trang này; hãy bấm gửi lại.",
    "The connection was lost. Your file and text are still on this page; please send again.",
  ],
  uploadTooLarge: ["Tệp «{name}» nặng {size}, vượt giới hạn {limit}.", "“{name}” is {size}; the limit is {limit}."],
  uploadRefused: ["Chưa nhận được tệp (mã {status}). Nội dung đã nhập vẫn còn trên trang này.", "The file was not accepted (code {status}). What you typed is still on this page."],
  uploadSignedOut: ["Cần đăng nhập lại để gửi tệp. Nội dung đã nhập vẫn còn trên trang này.", "Please sign in again to send. What you typed is still on this page."],
  seconds: ["{n} giây", "{n} s"],
  minutes: ["{n} phút", "{n} min"],
  hours: ["{n} giờ", "{n} h"],
  days: ["{n} ngày", "{n} days"],
  left: ["còn {time}", "{time} left"],
  over: ["đã hết hạn", "closed"],
  markInvalid: ["Nhập số có tối đa hai chữ số thập phân, ví dụ 8,75.", "Type a number with at most two decimals, such as 8.75."],
  markTooHigh: ["Điểm cao nhất của tiêu chí này là {max}.", "The highest mark here is {max}."],
  markStep: ["Điểm của tiêu chí này theo bước {step}.", "Marks here go in steps of {step}."],
  missing: ["còn {n} tiêu chí chưa chấm", "{n} criteria still to mark"],
  required: ["Mục này bắt buộc.", "This is required."],
  chooseOne: ["Vui lòng chọn một mục.", "Please choose one."],
  chooseFile: ["Vui lòng chọn một tệp.", "Please choose a file."],
  tooShort: ["Cần ít nhất {n} ký tự.", "At least {n} characters are needed."],
  tooLow: ["Giá trị nhỏ nhất là {min}.", "The lowest value is {min}."],
  tooHigh: ["Giá trị lớn nhất là {max}.", "The highest value is {max}."],
  invalid: ["Giá trị không hợp lệ.", "This value is not valid."],
  notSent: [
    "Chưa gửi được: không kết nối được tới máy chủ. Nội dung vẫn còn trên trang này; khi có mạng, hãy bấm lại.",
    "Not sent: the server cannot be reached. Everything is still on this page; press again when the network is back.",
  ],
  confirm: ["Xác nhận", "Confirm"],
  goOn: ["Tiếp tục", "Continue"],
  cancel: ["Hủy bỏ", "Cancel"],
  filterCount: ["{shown} / {all} dòng", "{shown} of {all} rows"],
  copied: ["Đã sao chép", "Copied"],
  charsLeft: ["{n} / {max} ký tự", "{n} of {max} characters"],
  ticked: ["Đã chọn {n}", "{n} selected"],
} as const satisfies Record<string, readonly [string, string]>;

export type TextKey = keyof typeof texts;

export function isEnglish(): boolean {
  return document.documentElement.lang === "en";
}

export function say(key: TextKey, values: Record<string, string | number> = {}): string {
  const sentence: string = texts[key][isEnglish() ? 1 : 0];
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function saySize(bytes: number): string {
  const [unit, divisor] = bytes < 1024 * 1024 ? ["KB", 1024] : bytes < 1024 ** 3 ? ["MB", 1024 ** 2] : ["GB", 1024 ** 3];
  const digits = unit === "KB" ? 0 : 1;
  return `${(bytes / (divisor as number)).toLocaleString(isEnglish() ? "en" : "vi", { maximumFractionDigits: digits })} ${unit}`;
}

/** The largest two units of a span, in words. */
export function saySpan(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units: [TextKey, number][] = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];
  const first = units.findIndex(([, size]) => whole >= size);
  if (first < 0) return say("seconds", { n: 0 });
  const [key, size] = units[first]!;
  const words = [say(key, { n: Math.floor(whole / size) })];
  const second = units[first + 1];
  const rest = second ? Math.floor((whole % size) / second[1]) : 0;
  if (second && rest > 0) words.push(say(second[0], { n: rest }));
  return words.join(" ");
}

export function sayClock(when: Date): string {
  return when.toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit", hour12: false });
}
