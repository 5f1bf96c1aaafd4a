// Terms of wire, card, centre and personas: [Japanese, English] by the bench API's own words.

/** What a frame is about. */
export const FRAMES = {
  poll: ["問い合わせ", "poll"], ack: ["受取", "acknowledged"], alive: ["応答確認", "heartbeat"], again: ["再送依頼", "send again"],
  identity: ["名のり", "identity"], powered: ["起動", "powered up"], notice: ["表示", "notice"], lamp: ["ランプ", "lamp"], sound: ["音・声", "sound"],
  methods: ["方法を聞く", "methods"], chosen: ["方法を選ぶ", "method chosen"], attempt: ["顔認証の開始", "face attempt"], photo: ["写真", "photo"], compare: ["比べる", "compare"],
  number_b: ["照合番号B", "number B"], verdict: ["照合の結果", "verdict"], pin: ["暗証番号", "PIN"], passcode: ["パスコード", "passcode"], consent: ["同意", "consent"],
  declined: ["やめる", "declined"], cancel: ["取り消し", "cancel"], card: ["カード", "card"], document: ["証明書", "certificate"], language: ["言語", "language"],
  turned: ["向き", "orientation"], base: ["台", "base"], refused: ["断る", "refused"], fault: ["故障", "fault"], piece: ["続き", "continued"],
  noise: ["フレームでない", "no frame"], other: ["その他", "other"],
};

/** What the link or the slot did. */
export const LINKS = {
  opened: ["端末が開いた", "opened by the terminal"], closed: ["端末が閉じた", "closed by the terminal"],
  plugged: ["ケーブルが挿さった", "plugged in"], unplugged: ["ケーブルが抜けた", "unplugged"],
  power_up: ["電源オン", "power up"], power_off: ["電源オフ", "power off"], reset: ["リセット", "reset"],
};

const APPLICATIONS = {
  jpki: ["公的個人認証", "JPKI"], face: ["券面事項確認", "card face"], text: ["券面入力補助", "card text"], issuer: ["発行者領域", "issuer domain"],
  foreign: ["知らないアプリ", "unknown application"], card: ["カード", "card"],
};

const FILES = {
  "jpki/0001": ["署名用証明書", "signature certificate"], "jpki/0002": ["署名用CA", "signature CA"], "jpki/0006": ["トークン情報", "token label"],
  "jpki/000A": ["利用者証明用証明書", "authentication certificate"], "jpki/000B": ["利用者証明用CA", "authentication CA"],
  "jpki/0017": ["利用者証明用の鍵", "authentication key"], "jpki/0018": ["暗証番号（4桁）", "PIN"], "jpki/001A": ["署名用の鍵", "signature key"], "jpki/001B": ["署名用パスワード", "signature password"],
  "face/0002": ["顔写真など", "photo and items"], "face/0004": ["カードの証明書", "card certificate"], "face/0012": ["照合番号B", "number B"], "face/0013": ["照合番号A", "number A"],
  "face/001A": ["チップの鍵", "chip key"],
};

/** @param {string} about such as `jpki/0018` @param {number} column */
export function about(about, column) {
  const application = APPLICATIONS[about.split("/")[0]]?.[column] ?? about;
  const file = about.includes("/") ? about.split("/")[1] : "";
  return file ? `${application} ${file} ${FILES[about]?.[column] ?? ""}`.trim() : application;
}

const STATUS = {
  9000: ["正常", "done"], 6700: ["長さが違う", "wrong length"], 6981: ["ファイルの種類が違う", "wrong kind of file"], 6982: ["認証が必要", "not verified"],
  6983: ["ロック", "locked"], 6984: ["ロック", "locked"], 6985: ["条件が合わない", "conditions not met"], 6986: ["ファイル未選択", "no file selected"],
  "6A80": ["データが違う", "wrong data"], "6A82": ["見つからない", "not found"], "6A86": ["引数が違う", "wrong parameters"], "6A88": ["対象がない", "no such object"],
  "6B00": ["範囲の外", "beyond the file"], "6D00": ["知らない命令", "unknown command"], "6E00": ["知らないクラス", "unknown class"],
};

/** @param {string | null} status @param {number} column */
export function status(status, column) {
  if (!status) return "";
  const tries = /^63C([0-9A-F])$/.exec(status)?.[1];
  if (tries) return [`残り ${parseInt(tries, 16)} 回`, `${parseInt(tries, 16)} tries left`][column];
  return STATUS[status]?.[column] ?? "";
}

/** Operations of the centre. */
export const OPERATIONS = {
  handshake: ["TLS接続", "TLS handshake"], login: ["ログイン", "login"], screens: ["質問を受け取る", "screens"], answers: ["同意を渡す・結果", "answers, result"],
  lookup: ["照会", "look-up"], relay: ["リレー", "relay"], "relay pin-less": ["リレー（顔・目視）", "relay (face, visual)"], "relay pin": ["リレー（暗証番号）", "relay (PIN)"],
  "relay registration/pin-less": ["リレー（登録・顔）", "relay (register, face)"], "relay register-pin-less": ["リレー（登録・顔）", "relay (register, face)"], "relay register-pin": ["リレー（登録・暗証番号）", "relay (register, PIN)"],
  "relay registration/pin": ["リレー（登録・暗証番号）", "relay (register, PIN)"],
};

const OUTCOMES = {
  answered: ["回答", "answered"], processing: ["処理中", "still processing"], no_answer: ["答えないまま切れた", "no answer"], half_answer: ["途中で切れた", "half an answer"],
  garbage: ["意味のないもの", "garbage"], failed: ["失敗", "failed"], timed_out: ["時間切れ", "timed out"], open: ["開始", "open"], nonce: ["ノンス", "nonce"], command: ["カードへの命令", "command for the card"],
  response: ["カードの応答", "card's response"], refuse: ["端末が断る", "terminal refuses"], answer: ["資格", "qualification"], refused: ["断る", "refused"],
  silence: ["黙る", "silent"], close: ["閉じる", "closed"], terminal_gone: ["端末が閉じた", "terminal gone"], no_message: ["形が違う", "no message"],
};

/** @param {string} outcome @param {number} column */
export function outcome(outcome, column) {
  const [first, ...rest] = outcome.split(" ");
  return [OUTCOMES[first]?.[column] ?? first, ...rest].join(" ");
}

/** What is done at the bench. */
export const DEEDS = {
  place: ["カードを置く", "place"], pull: ["カードを取る", "take"], face: ["カメラの前", "face"], choose: ["方法を選ぶ", "choose"], type: ["数字を押す", "type"], cancel: ["やめる", "cancel"],
  consent: ["質問に答える", "answer"], language: ["言語", "language"], room: ["部屋", "room"], document: ["証明書", "certificate"], unplug: ["抜く", "unplug"], replug: ["挿す", "plug in"],
  faults: ["リーダーの不具合", "reader faults"], visit: ["全部おまかせ", "whole visit"],
  "centre/misbehave": ["センターの不調", "misbehave"], "centre/patient": ["患者の資格", "qualification"], "centre/manner": ["質問のしかた", "manner"], "centre/site": ["医療機関", "institution"],
  "centre/maintenance": ["メンテナンス", "maintenance"], "centre/processing": ["処理中", "processing"], "centre/tls": ["TLS", "TLS"], "centre/forget-logins": ["ログインを忘れる", "forget logins"],
  "centre/logins": ["ログイン", "logins"], "centre/stop": ["回線を切る", "cut the line"], "centre/start": ["回線をつなぐ", "open the line"], "scenarios/stop": ["上演を止める", "stop the play"],
};

/** What is special about a persona. */
export const TRAITS = {
  worker: ["会社員。何も問題なし", "an employee; nothing special"], housewife: ["家族（被扶養者）", "a dependant"], elderly: ["後期高齢者。特定疾病あり", "late-stage elderly, specific disease"],
  resident: ["外国籍。通称あり", "foreign resident with an alias"], "rare-name": ["氏名が CP932 にない（𠮷）", "name not in CP932 (𠮷)"], expiring: ["証明書の期限が近い", "certificate expires soon"],
  "in-grace": ["証明書が期限後の猶予中", "certificate in its grace"], revoked: ["証明書が失効", "certificate revoked"], "pin-locked": ["暗証番号がロック済み", "PIN locked"], "no-pin": ["顔認証カード（暗証番号なし）", "card without PIN"],
  infant: ["未就学児。2月29日生まれ", "preschool child, born 29 February"], child: ["子ども", "a child"], "family-member": ["家族（被扶養者）", "a dependant"], senior: ["高齢受給者証あり", "elderly certificate"],
  "twin-elder": ["双子の姉", "elder twin"], "twin-younger": ["双子の妹", "younger twin"], "long-name": ["とても長い氏名と住所", "very long name and address"], "hard-characters": ["髙﨑などの難しい文字", "hard characters"],
  "blank-name": ["氏名が ● になる", "● in the name"], "blank-address": ["住所が ● になる", "● in the address"], expired: ["証明書の期限切れ", "certificate expired"], replaced: ["カードを更新済み", "card replaced"],
  "not-registered": ["保険証として未登録", "not registered as insurance card"], "medical-assistance": ["医療扶助（医療券あり）", "medical assistance, with ticket"], "valid-unregistered": ["医療扶助（券の登録なし）", "medical assistance, no ticket"],
  "no-branch": ["枝番なし", "no branch number"], pmh: ["公費の受給者証あり", "subsidy certificates"], "pmh-empty": ["公費の回答なし", "subsidy unanswered"], invalid: ["資格が無効", "qualification lost"],
  "not-found": ["該当する資格なし", "nothing found"], several: ["複数の資格に該当", "several found"],
};

/** Faults of a card: the value for the API, [Japanese, English]. */
export const CARD_FAULTS = [
  ["forged-photo", "写真が改ざんされている", "Forged photo"], ["photo-of-another-chip", "写真が別のチップのもの", "Photo of another chip"], ["never-answer", "チップが答えない", "Chip never answers"],
  [{ delay: { millis: 400 } }, "応答が 0.4 秒遅れる", "Answers 0.4 s late"], [{ certificate: { rule: "lapsed" } }, "証明書の期限切れ", "Certificate expired"], [{ "number-b-tries": { left: 1 } }, "照合番号B の残り 1 回", "One try of number B"],
  [{ "number-b-tries": { left: 0 } }, "照合番号B がロック", "Number B locked"], ["pin-blocked", "暗証番号がロック", "PIN locked"], ["no-pin", "暗証番号なし", "No PIN"], ["no-sign-certificate", "署名用証明書なし", "No signature certificate"],
  ["sticky-reset", "リセットで認証が消えない", "Reset keeps what was verified"], ["blocked-says6983", "ロックを 6983 で答える", "Locked answers 6983"], ["takes-no-power", "電源が入らない（重なり・破損）", "Takes no power"],
  ["telephone", "スマートフォン", "A telephone"], ["other-card", "別のカード（住基カード）", "Another card"],
];

/** How the centre misbehaves. */
export const MISBEHAVIOURS = {
  silent_after_accept: ["接続後に黙る", "Silent after accepting"], half_answer: ["途中で切れる", "Half an answer"], garbage: ["意味のない返事", "Garbage"], refuse_for_its_own_reason: ["独自の理由で断る", "Refuses for a reason of its own"],
  answer_other_session: ["別のセッションに答える", "Answers another session"], answer_about_another: ["照会で別人を答える", "Answers about another person"], replay_earlier_signature: ["前の署名で判定する", "Judges an earlier signature"],
  ask_verify: ["暗証番号の照合を求める", "Asks for a PIN check"], ask_other_text: ["別の文に署名を求める", "Asks for another text"], ask_other_application: ["別のアプリを選ばせる", "Asks for another application"], flood_commands: ["命令を送り続ける", "Floods with commands"],
  silent_at: ["ある場面で黙る", "Silent at a step"],
};

export const STEPS = {
  login: ["ログイン", "login"], nonce: ["ノンス", "nonce"], first_command: ["最初の命令", "first command"], sign: ["署名の命令", "sign"], answer: ["資格の回答", "answer"], screens: ["質問", "screens"], answers: ["結果", "answers"], lookup: ["照会", "look-up"],
};

/** Items of a consent question. */
export const ITEMS = {
  limit_certificate: ["限度額情報", "limit of co-payment"], specific_diseases: ["特定疾病情報", "specific diseases"], health_checkups: ["特定健診情報", "health check-ups"], medicines: ["薬剤情報", "medicines"],
  diagnosis: ["診療情報", "treatment"], operations: ["手術情報", "operations"], diagnosis_names: ["傷病名", "diagnoses"], infections: ["感染症", "infections"], drug_allergies: ["薬剤アレルギー等", "drug allergies"],
  other_allergies: ["その他アレルギー等", "other allergies"], tests: ["検査", "tests"], prescriptions: ["処方", "prescriptions"], medical_assistance: ["医療扶助の券", "medical assistance ticket"],
  subsidy_certificates: ["公費の受給者証など", "subsidy certificates"], electronic_prescription: ["処方箋の形", "form of the prescription"], carry_over: ["前回と同じ回答", "same answers as last time"], registration: ["健康保険証としての登録", "registration as insurance card"],
};
