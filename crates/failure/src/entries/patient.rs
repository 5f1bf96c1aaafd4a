//! What several entries tell the patient.

use crate::PatientText;

/// The fault is ours.
pub(super) const WAIT: PatientText = PatientText {
    ja: "係の者がご案内します。少しお待ちください。",
    en: "Staff will help you. Please wait a moment.",
    zh: "工作人员会协助您，请稍候。",
    ko: "직원이 안내해 드리겠습니다. 잠시 기다려 주십시오.",
};

/// Nothing is the patient's fault, and a second try is likely to do.
pub(super) const PLACE_AGAIN: PatientText = PatientText {
    ja: "もう一度カードを置いてください。",
    en: "Please place the card again.",
    zh: "请重新放置卡片。",
    ko: "카드를 다시 올려 주십시오.",
};

/// The card lies so that it is not read.
pub(super) const OUT_OF_SLEEVE: PatientText = PatientText {
    ja: "カードをケースから出し、向きを確かめて、もう一度置いてください。",
    en: "Please take the card out of its sleeve, check which way round it goes and place it again.",
    zh: "请从卡套中取出卡片，确认方向后重新放置。",
    ko: "카드를 케이스에서 꺼내 방향을 확인하신 후 다시 올려 주십시오.",
};

/// The card is in the way of what comes next.
pub(super) const TAKE_CARD: PatientText = PatientText {
    ja: "カードをお取りください。",
    en: "Please take your card.",
    zh: "请取回卡片。",
    ko: "카드를 가져가 주십시오.",
};

/// The result is there, whatever reception has to see to.
pub(super) const REGISTERED: PatientText = PatientText {
    ja: "受付は済んでいます。",
    en: "Your visit is registered.",
    zh: "您的受理手续已完成。",
    ko: "접수가 완료되었습니다.",
};

/// The result is there and on its way.
pub(super) const REGISTERED_WAIT: PatientText = PatientText {
    ja: "受付は済んでいます。少しお待ちください。",
    en: "Your visit is registered. Please wait a moment.",
    zh: "您的受理手续已完成，请稍候。",
    ko: "접수가 완료되었습니다. 잠시 기다려 주십시오.",
};

/// The certificate has to be renewed, and today's visit goes on by another way.
pub(super) const MUNICIPALITY: PatientText = PatientText {
    ja: "市区町村の窓口で、電子証明書の手続きをお願いします。今日の受付は係の者がご案内します。",
    en: "Please have the certificate renewed at your municipality. Staff will help you with today's visit.",
    zh: "请到市区町村的窗口办理电子证书手续。今天的受理手续由工作人员协助您办理。",
    ko: "시구정촌 창구에서 전자증명서 절차를 밟아 주십시오. 오늘 접수는 직원이 안내해 드리겠습니다.",
};

/// The certificate has to be renewed, and today's visit is registered.
pub(super) const RENEW: PatientText = PatientText {
    ja: "受付は済んでいます。市区町村の窓口で、電子証明書の更新をお願いします。",
    en: "Your visit is registered. Please have the certificate renewed at your municipality.",
    zh: "您的受理手续已完成。请到市区町村的窗口更新电子证书。",
    ko: "접수가 완료되었습니다. 시구정촌 창구에서 전자증명서를 갱신해 주십시오.",
};

/// The face check is closed; the PIN and the staff are there.
pub(super) const TRY_PIN: PatientText = PatientText {
    ja: "暗証番号をご利用になるか、係の者にお声がけください。",
    en: "Please use your PIN, or speak to the staff.",
    zh: "请使用密码，或向工作人员咨询。",
    ko: "비밀번호를 이용하시거나 직원에게 말씀해 주십시오.",
};
