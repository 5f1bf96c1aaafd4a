// The words of the board: for each, Japanese and English. What the desk or the catalogue says in words of its own stands there.

import { manner } from "./board-store.js";

/** @type {Record<string, [string, string]>} */
export const WORDS = {
  // The frame.
  board: ["受付", "Reception"],
  title_open: ["受付", "Reception"], title_locked: ["ロック中 — 受付", "Locked — Reception"], title_pairing: ["画面をつなぐ — 受付", "Pair this browser — Reception"], title_away: ["つながりを待っています — 受付", "Waiting for the terminal — Reception"],
  skip: ["本日の受付へ移る", "Skip to today's visits"], tools: ["操作", "Tools"], aside: ["カードリーダーと照会", "Readers and look-up"],
  close: ["閉じる", "Close"], dismiss: ["消す", "Dismiss"], loading: ["読み込んでいます…", "Loading…"],
  comma: ["、", ", "], colon: ["：", ": "], dot: ["・", " · "], nothing: ["なし", "none"], what: ["項目", "What"], how_many: ["件数", "How many"],
  // Pairing, lock, connection.
  pairing_title: ["この画面を受付につなぎます", "Pair this browser with the board"],
  pairing_hint: ["端末で uketsuke pair board を実行し、表示された8文字の番号を入力してください。番号は5分間、一度だけ使えます。", "Run `uketsuke pair board` on the terminal and enter the eight letters that it shows. They hold for five minutes and once."],
  pairing_label: ["番号", "Code"], pairing_button: ["つなぐ", "Pair"],
  pairing_wrong: ["番号が違うか、使用済みか、期限が切れています。新しい番号を発行して、入力し直してください。", "The code is wrong, was used or has expired. Have a new one made and enter that."],
  pairing_away: ["端末から返事がありません。少し待って、もう一度押してください。", "The terminal does not answer. Wait a moment and press again."],
  locked: ["ロック中", "Locked"], locked_hint: ["患者さんの情報は、この画面から消してあります。カードリーダーの受付は続いています。", "Nothing of any patient is on this page. The readers go on serving."],
  passcode: ["職員のパスコード（4桁）", "The staff's passcode (four digits)"], passcode_hint: ["目視確認でカードリーダーに入力するものと同じ番号です。患者さんの暗証番号ではありません。", "The same as for the visual check at a reader; not a patient's PIN."],
  passcode_form: ["数字4桁で入力してください。", "Enter four digits."],
  passcode_wrong: ["パスコードが違います。もう一度入力してください。誤りが5回続くと、10分間受け付けません。", "That passcode is wrong. Enter it again. After five wrong ones none is taken for ten minutes."],
  passcode_locked: ["パスコードの誤りが続いたため、10分ほど受け付けません。お急ぎのときは、端末で uketsuke pair board を実行し、表示されたアドレスの後ろに # と番号を付けて開き直してください。", "There were too many wrong passcodes: none is taken for about ten minutes. In a hurry, run `uketsuke pair board` on the terminal and open the address it shows followed by # and the code."],
  pair_again: ["このブラウザーの登録が終わっています。ページを開き直し、新しい番号でつないでください。", "This browser is no longer paired. Open the page again and pair it with a new code."],
  away_lock: ["端末から返事がありません。少し待って、もう一度押してください。", "The terminal does not answer. Wait a moment and press again."],
  unlock: ["ロックを解除する", "Unlock"], lock: ["ロック", "Lock"],
  no_passcode: ["パスコードが設定されていないため、だれでも解除できます。設定するには、端末で次を実行します。", "No passcode is set: whoever is here can unlock. To set one, run this on the terminal:"],
  no_passcode_then: ["そのあと、設定の [visual] passcode_file にそのファイルを書き、サービスを再起動します。", "Then name that file under [visual] passcode_file in the configuration and restart the service."],
  locking: ["操作がないため、{n}秒以内にロックします。続けるには、何かキーを押してください。", "Nobody has touched this page: it locks within {n} seconds. Press any key to go on."],
  locked_now: ["この画面はロックされました。", "This board was locked."],
  away_title: ["端末を待っています", "Waiting for the terminal"],
  away: ["つながりを待っています。戻りしだい、その間の受付も表示します。お急ぎの方は、資格確認書か、カードと一緒にマイナポータルの画面で確認します。", "Waiting for the connection. What happened meanwhile is shown when it is back. In a hurry, check the 資格確認書, or the card with the マイナポータル screen."],
  away_now: ["端末から返事がありません。つながりが戻ってから、もう一度お試しください。お急ぎのときは資格確認書などで受け付けられます。", "The terminal does not answer. Try again when the connection is back; in a hurry, the 資格確認書 or other papers serve."],
  // The list.
  in_progress: ["受付中", "In progress"], today: ["本日の受付", "Today's visits"], count: ["{n}件", "{n}"], count_of: ["{all}件のうち{n}件", "{n} of {all}"],
  nobody_yet: ["まだ受付がありません。カードが置かれると、ここに表示します。", "Nobody yet. Visits appear here as cards are placed."], none_fits: ["条件に合う受付はありません。絞り込みを変えると、ほかの受付が見られます。", "No visit fits. Change the filter to see the others."],
  filter_place: ["カードリーダーで絞り込む", "Filter by reader"], everywhere: ["すべてのカードリーダー", "All readers"], lane: ["{lane}（窓口）", "{lane} (lane)"], filter_act: ["対応が要るものだけ", "Only what needs you"],
  arrived: ["受付がありました：{name}、{validity}", "A visit: {name}, {validity}"],
  no_name: ["（氏名の回答なし）", "(no name was told)"], other_name: ["その他の氏名", "Other name"], blank_said: ["（表せない文字）", "(a character that could not be shown)"],
  validity_valid: ["有効", "Valid"], validity_valid_unregistered: ["有効（カード未登録）", "Valid, card not registered"], validity_invalid: ["無効", "Invalid"], validity_invalid_with_newer: ["失効・新しい資格あり", "Lost, a newer one exists"], validity_not_found: ["見つかりません", "Not found"], validity_several: ["複数あり", "Several match"],
  verification_face: ["顔認証", "Face"], verification_pin: ["暗証番号", "PIN"], verification_visual: ["目視確認", "By sight"], verification_smartphone: ["スマートフォン", "Smartphone"],
  flag_blank: ["●の文字あり", "● in the name"], flag_in_grace: ["電子証明書の期限切れ", "Certificate expired"], flag_expiring: ["電子証明書の期限間近", "Certificate expires soon"], flag_subsidy: ["公費の回答なし", "Subsidy not answered"], flag_note: ["センターの注記", "Centre's remark"], flag_unreadable: ["回答を読み取れません", "Answer unreadable"],
  card_lies: ["カードが残っています", "The card was left"], agreed_n: ["同意 {n}", "{n} agreed"], refused_n: ["不同意 {n}", "{n} refused"], agreed: ["同意", "Agreed"], refused: ["不同意", "Refused"], missing: ["未回答", "Missing"], no_consents: ["伺った同意はありません", "No consent was asked"], and_more: ["ほか{n}", " and {n} more"],
  same_person: ["同じ人です", "The same person"], other_person: ["別の人です", "Another person"], compare: ["カードの顔写真と、目の前の方のお顔を見比べてください。", "Compare the photo on the card with the face of the person before you."],
  ask_again: ["同意を最初から伺う", "Ask the consents again"], cancel_visit: ["受付を中止する", "End this visit"], cancel_sure: ["もう一度押すと中止します", "Press again to end it"],
  asked_again: ["同意を最初から伺っています。", "The consents are being asked again."], cancelled: ["受付を中止しました。カードをお返しします。", "The visit was ended. Have the card taken."],
  step_agreeing: ["カードを確認しています", "Checking the card"], step_identifying: ["カードを読み取っています", "Reading the card"], step_choosing: ["本人確認の方法を選んでいます", "Choosing how to confirm identity"], step_reading_number_b: ["カードの券面を読み取っています", "Reading the card's face"], step_opening_photo: ["カードの顔写真を読み取っています", "Reading the photo"], step_comparing: ["顔認証をしています", "Comparing the face"], step_counting_tries: ["暗証番号の残り回数を確認しています", "Asking the PIN tries left"], step_typing_pin: ["暗証番号を入力しています", "Typing the PIN"], step_checking_pin: ["暗証番号を確認しています", "Checking the PIN"], step_typing_passcode: ["職員のパスコードを待っています", "Waiting for the staff's passcode"], step_checking_passcode: ["職員のパスコードを確認しています", "Checking the passcode"], step_confirming: ["職員の目視確認を待っています", "Waiting for staff to compare"], step_relaying: ["センターに照会しています", "Asking the centre"], step_offering_registration: ["健康保険証の利用登録を伺っています", "Offering registration"], step_fetching_screens: ["伺う同意を確認しています", "Fetching the questions"], step_asking: ["同意を伺っています", "Asking the consents"], step_settling: ["結果を受け取っています", "Receiving the result"], step_advising: ["患者さんにお知らせを表示しています", "Telling the patient something"], step_done: ["終わりました。カードを取っていただきます", "Done; the card is to be taken"], step_failed: ["結果なしで終わりました。カードを取っていただきます", "Ended without a result; the card is to be taken"],
  // A visit unfolded.
  now_do: ["今すること", "What to do now"], beside: ["結果とあわせて知っておくこと", "Beside the result"], insurance: ["保険", "Insurance"], consents: ["同意", "Consents"], names: ["氏名", "Names"], since_last: ["前回からの変更", "Since last time"], ask_centre: ["センターにもう一度照会する", "Ask the centre again"], about: ["この受付", "This visit"],
  no_insurance: ["保険の回答はありません", "No insurance was told"], names_name: ["氏名", "Name"], names_kana: ["カナ", "Kana"], names_other: ["その他", "Other"], names_other_kana: ["その他カナ", "Other, kana"],
  first_time: ["この端末に前回の記録はありません。", "There is no earlier result of this card here."], unchanged: ["前回と同じです。", "The same as last time."], validity: ["資格", "Validity"], before: ["前回", "before"], now: ["今回", "now"], tenths: ["割", "0 %"], male: ["男", "male"], female: ["女", "female"],
  requery: ["もう一度照会する", "Ask again"], requery_hint: ["保険の番号で照会します。この受付の結果は変わりません。", "Asks by the insurance's numbers. This result stays as it is."], requery_answer: ["照会の回答（{at}）", "Answer, {at}"], result_number: ["受付番号", "Number"], reader: ["カードリーダー", "Reader"],
  answer_is: ["カードによる受付ではありません。今日の受付の一覧には入りません。", "No card was there: this is no visit and is not in the list."], answer_close: ["回答を閉じる", "Close the answer"],
  // Readers and lines.
  readers: ["カードリーダー", "Readers"], lines: ["つながり", "Connections"], by: ["操作する人", "Who acts"], by_hint: ["監査の記録に残る名前です（英小文字と数字）", "The name in the audit: small letters and digits"],
  state_unheard: ["つながりを待っています", "Waiting for the connection"], state_starting: ["準備中", "Starting"], state_idle: ["受付できます", "Ready"], state_visual_check_armed: ["目視確認の待機中", "Visual check armed"], state_in_visit: ["受付中", "In a visit"], state_card_left: ["カードが残っています", "Card left"], state_out_of_order: ["停止中。ほかのカードリーダーか資格確認書で受け付けます", "Not in service: use another reader or the 資格確認書"],
  settling: ["カードを取ったあとの結果待ち：{n}件", "{n} on their way after the card was taken"], line: ["回線", "Line"], line_up: ["つながっています", "Connected"], line_unknown: ["確認中", "Being checked"],
  maturity_simulated: ["模擬", "Simulated"], maturity_replayed: ["再生で確認", "Replayed"], maturity_hardware_seen: ["実機で確認", "Seen with hardware"], maturity_field_proven: ["運用実績あり", "Proven in the field"],
  maturity_simulated_hint: ["模擬の機器だけで動かした段階です", "Ran against simulated firmware only"], maturity_replayed_hint: ["実機の記録で確かめた段階です", "Checked with recordings of a real unit"], maturity_hardware_seen_hint: ["実機を1台つないで確かめた段階です", "A real unit was on a bench"], maturity_field_proven_hint: ["医療機関で動いています", "Runs at sites"],
  visual: ["目視確認", "Visual check"], visual_at: ["{label}：次のカードを目視確認にする", "{label}: visual check for the next card"], visual_end: ["目視確認を終える", "End the visual check"], visual_end_at: ["{label}：目視確認を終える", "{label}: end the visual check"],
  armed: ["目視確認：{label}", "Visual check: {label}"], armed_hint: ["次のカード1枚だけです。終わるか時間がたつと、自動で通常の受付に戻ります。", "For the next card only. After it, or when the time is over, the reader goes back to unattended by itself."], armed_left: ["残り", "Left"], disarmed: ["通常の受付に戻しました。", "Back to unattended."],
  centre: ["センター", "Centre"], maintenance: ["センターの保守", "Maintenance"], from_until: ["{from} から {until} まで", "{from} to {until}"], maintenance_now: ["今は停止しています。資格確認書か、カードと一緒にマイナポータルの画面で確認します。", "It stands still now. Check the 資格確認書, or the card with the マイナポータル screen."], maintenance_hint: ["この間は資格確認書などで確認します。", "Check the 資格確認書 or other papers then."],
  certificate: ["端末の証明書", "Terminal's certificate"], certificate_days: ["期限まで{n}日", "{n} days left"], certificate_until: ["{day}まで", "until {day}"], certificate_over: ["端末の証明書の期限が切れています", "The terminal's certificate has expired"], certificate_hint: ["期限までに、担当の技術者に更新を頼んでください。", "Ask the technician to renew it before that day."],
  folder_face: ["結果のフォルダー", "Result folder"], folder_requests: ["要求のフォルダー", "Request folder"], folder_answers: ["回答のフォルダー", "Answer folder"], folder_good: ["使えます", "There"], consumer: ["レセコン {consumer}", "Receipt computer {consumer}"], consumer_good: ["すべて受け取り済み", "Has everything"], consumer_waiting: ["受け取り待ち {n}件", "{n} waiting"], consumer_hint: ["レセコンが動いているか確かめてください。", "Check that the receipt computer is running."],
  damaged: ["記録を読み取れない受付が{n}件あります（番号 {ids}）。その患者さんにはカードをもう一度置いていただき、技術者に知らせてください。", "{n} results cannot be read (number {ids}). Have those cards placed again, and tell the technician."],
  untold: ["{consumer} に渡せないまま保存期間が過ぎて消えた結果が{n}件あります。受付の記録と見比べ、必要ならもう一度照会してください。", "{n} results were destroyed at the end of their days before {consumer} had them. Compare with your records and look up again what is missing."],
  behind: ["{consumer} がまだ受け取っていない結果が{n}件あります。レセコンが動いているか確かめてください。結果はこの画面で見られます。", "{consumer} has not taken {n} results yet. Check that it is running; the results are on this page."],
  // Look-up.
  lookup: ["資格確認書で照会", "Look up by 資格確認書"], lookup_hint: ["全角・半角、ハイフン、空白はそのままで構いません。", "Any width, hyphens and spaces will do."], lookup_send: ["照会する", "Look up"], lookup_busy: ["照会しています…", "Asking the centre…"], lookup_answer: ["照会の回答", "Answer to the look-up"], lookup_limit: ["限度額も照会する（患者さんから口頭で同意を得ました）", "Also the limit of co-payment (the patient agreed by word of mouth)"],
  needed: ["（必須）", "(required)"], if_any: ["（あれば）", "(if there is one)"], not_yet: ["入力の途中か、形が違います", "Not complete, or another form"],
  field_insurer_number: ["保険者番号", "Insurer number"], field_symbol: ["記号", "Symbol"], field_number: ["番号", "Number"], field_branch: ["枝番", "Branch"], field_birth_date: ["生年月日", "Birth date"],
  hint_insurer_number: ["6桁か8桁", "6 or 8 digits"], hint_symbol: ["20文字まで", "Up to 20 characters"], hint_number: ["20文字まで", "Up to 20 characters"], hint_branch: ["2桁", "2 digits"], hint_birth_date: ["例：S60.2.28、昭和60年2月28日、19850228", "E.g. S60.2.28, 1985-02-28, 19850228"],
  fault_empty: ["入力してください。", "Please fill this in."], fault_insurer_number: ["6桁か8桁の数字で入力してください。", "Enter 6 or 8 digits."], fault_symbol: ["20文字までで入力してください。なければ空のままにします。", "Enter up to 20 characters, or leave it empty."], fault_number: ["20文字までで入力してください。", "Enter up to 20 characters."], fault_branch: ["2桁の数字で入力してください。なければ空のままにします。", "Enter 2 digits, or leave it empty."], fault_birth_date: ["暦にある日付を、元号か西暦で入力してください。", "Enter a day of the calendar, by era or western year."],
  field_name: ["氏名", "Name"], field_name_kana: ["氏名カナ", "Kana"], field_name_of_other: ["その他の氏名", "Other name"], field_name_of_other_kana: ["その他の氏名カナ", "Other name, kana"], field_insured_name: ["被保険者・世帯主の氏名", "Insured person"], field_address: ["住所", "Address"], field_sex: ["性別", "Sex"], field_post_number: ["郵便番号", "Postal code"], field_card_kind: ["証の種類", "Kind of card"], field_insurer_name: ["保険者名称", "Insurer"], field_family: ["本人・家族", "Insured or family"], field_valid_from: ["有効開始", "Valid from"], field_valid_until: ["有効終了", "Valid until"], field_qualified_on: ["資格取得", "Qualified on"], field_lost_on: ["資格喪失", "Lost on"], field_ratio: ["負担割合", "Share"], field_limit_class: ["限度額の適用区分", "Class of the limit"],
  // Counts.
  counts: ["集計", "Counts"], counts_kind: ["期間", "Span"], counts_day: ["日", "Day"], counts_month: ["月", "Month"], before_day: ["前の日", "Day before"], after_day: ["次の日", "Day after"], before_month: ["前の月", "Month before"], after_month: ["次の月", "Month after"], counts_own: ["この端末が数えたものです。毎月通知される利用件数に近い値ですが、その代わりにはなりません。個人の情報は含みません。", "Counted by this terminal: near to the number that the site is told each month, and no replacement for it. Nothing personal is in it."],
  n_results: ["受付", "Visits"], n_answers: ["番号での照会", "Look-ups"], n_failures: ["うまくいかなかったこと", "Failures"], n_expiring: ["証明書の期限", "Certificates ending"], middle: ["カードから結果まで（平均）", "Card to result, mean"], seconds: ["{n}秒", "{n} s"], by_day: ["日ごとの受付", "Visits by day"], by_verification: ["本人確認の方法", "By verification"], by_validity: ["資格", "By validity"], card_to_result: ["カードから結果までの秒数", "Seconds from card to result"], by_failure: ["うまくいかなかったこと", "Failures"], up_to_seconds: ["{n}秒まで", "up to {n} s"], longer: ["それより長い", "longer"], none_counted: ["まだありません", "None yet"],
  // Help.
  help: ["キーボードの使い方", "Keyboard"], help_short: ["使い方", "Help"], key_lookup: ["資格確認書で照会する", "Look up by 資格確認書"], key_list: ["受付の一覧へ移る", "Go to the list"], key_arrows: ["一覧の中を上下に移る", "Up and down in the list"], key_enter: ["受付の詳しい内容を開く、閉じる", "Unfold a visit, and fold it"], key_filter: ["対応が要るものだけにする、戻す", "Only what needs you, and back"], key_visual: ["目視確認を始める（カードリーダーを選ぶ）", "Begin a visual check (choose the reader)"], key_counts: ["集計を開く", "Open the counts"], key_language: ["日本語と英語を切り替える", "Change the language"], key_lock: ["すぐにロックする", "Lock at once"], key_escape: ["開いているものを閉じる", "Close what is open"], key_help: ["この説明を開く", "Open this page"],
  letters: ["1文字のキー操作を使う", "Use keys of one letter"], help_signs: ["この画面について", "About this page"], help_list: ["受付は新しいものが上です。左の太い線と印は、緑の✓が「そのまま」、丸のiが「知っておくこと」、三角の!が「対応が要る」です。", "The newest visit is on top. ✓ means nothing to do, a circled i something to know, a triangle with ! something to do."], help_lock: ["3分間操作がないと、患者さんの情報を消してロックします。14時間たつと、必ずロックします。", "After three minutes without a hand on it the page removes everything of patients and locks; after 14 hours it locks in any case."],
};

const ITEMS = {
  limit_certificate: ["限度額", "Limit of co-payment"], specific_diseases: ["特定疾病", "Specific diseases"], health_checkups: ["特定健診", "Health check-ups"], medicines: ["薬剤", "Medicines"], diagnosis: ["診療", "Treatment"], operations: ["手術", "Operations"], diagnosis_names: ["傷病名", "Diagnoses"], infections: ["感染症", "Infections"], drug_allergies: ["薬剤アレルギー等", "Drug allergies"], other_allergies: ["その他アレルギー等", "Other allergies"], tests: ["検査", "Tests"], prescriptions: ["処方", "Prescriptions"], medical_assistance: ["医療扶助", "Medical assistance"], subsidy_certificates: ["公費の受給者証", "Subsidy certificates"], electronic_prescription: ["電子処方箋", "Electronic prescription"], carry_over: ["前回と同じ回答", "Same answers as last time"], registration: ["保険証の利用登録", "Registration of the card"],
};

const column = () => (manner.lang === "ja" ? 0 : 1);

/** A word in the language of now. @param {string} key @param {Record<string, unknown>} [fill] */
export function say(key, fill = {}) {
  const words = WORDS[key]?.[column()] ?? key;
  return words.replace(/\{(\w+)\}/g, (whole, name) => String(fill[name] ?? whole));
}

/** A word in both. @param {string} key */
export const pair = (key) => ({ ja: WORDS[key][0], en: WORDS[key][1] });

/** What the desk says in both, in the language of now. @param {{ ja: string, en: string }} text */
export const of = (text) => text[manner.lang];

export const itemName = (item) => ITEMS[item]?.[column()] ?? item;

export const stepWord = (step) => (WORDS[`step_${step}`] ? say(`step_${step}`) : "");

/** The words of one part, as its form wants them: those whose keys begin so. @param {string} part */
export const words = (part) => Object.fromEntries(Object.keys(WORDS).filter((key) => key.startsWith(`${part}_`)).map((key) => [key.slice(part.length + 1), say(key)]));
