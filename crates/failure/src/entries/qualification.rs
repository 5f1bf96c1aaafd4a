//! What the centre says of the insurance when it is not a plain "valid".

use super::patient::WAIT;
use super::{call_en, call_ja, entries};

/// The ladder of the ministry's rule for a qualification that could not be confirmed, up to the claim.
macro_rules! ladder_ja {
    () => {
        "カードと一緒に、マイナポータルの画面か資格情報のお知らせで確認します。資格確認書でも確認できます。\
         どれもなければ被保険者資格申立書を書いていただき、通常の負担割合で受け付けます。\
         請求は、後で分かった番号、分からなければ前の資格、それも分からなければ番号不詳（7を並べた番号）で行います。"
    };
}
macro_rules! ladder_en {
    () => {
        "Check the マイナポータル screen or the 資格情報のお知らせ together with the card, or the 資格確認書. With none, take \
         a 被保険者資格申立書 and charge the usual share. Claim under the number learned later, else under the previous \
         qualification, else as unknown (the row of sevens)."
    };
}

entries! {
    QUALIFICATION_INVALID {
        cause: "センターに登録された資格が無効で、新しい資格はまだ登録されていません。",
            "The qualification known to the centre is no longer valid, and no newer one is registered yet.";
        patient: "保険が変わった方は、係の者にお知らせください。",
            "If your insurance has changed, please tell the staff.",
            "如果您的保险有变更，请告知工作人员。",
            "보험이 바뀐 분은 직원에게 알려 주십시오.";
        reception: concat!("患者さんをお帰しせず、保険が変わっていないか伺います。", ladder_ja!(), "診療終了時と翌朝に、もう一度照会します。"),
            concat!("Do not send the patient away. Ask whether the insurance changed. ", ladder_en!(),
                " Ask the centre again at closing time and next morning.");
        technician: "何もしません。登録の遅れで起こります。", "Nothing to do: registration may lag behind.";
    }
    QUALIFICATION_REPLACED {
        cause: "照会した資格は失われていて、新しい資格が登録されています。",
            "The qualification that was asked for is lost, and a newer one is registered.";
        patient: "保険が変わった方は、新しい番号を係の者にお知らせください。",
            "If your insurance has changed, please tell the staff your new number.",
            "如果您的保险有变更，请将新的号码告知工作人员。",
            "보험이 바뀐 분은 새 번호를 직원에게 알려 주십시오.";
        reception: concat!("患者さんをお帰しせず、新しい保険の記号と番号を伺い、その番号で照会し直します。", ladder_ja!()),
            concat!("Do not send the patient away. Ask for the number of the new insurance and look that up. ", ladder_en!());
        // readers.md 9.2
        technician: concat!("番号での照会で起こり、カードでの照会では起こらないとされています。カードで起きたときは、時刻を控えて",
                call_ja!(), "と開発元に連絡します。"),
            concat!("It comes of look-ups by number and is said never to come of a card. If it did, note the time and tell the ",
                call_en!(), " and the maintainers.");
    }
    QUALIFICATION_NOT_FOUND {
        cause: "センターに資格が見つかりません。", "The centre knows no qualification.";
        patient: "最近、保険が変わった方は、係の者にお知らせください。",
            "If your insurance changed lately, please tell the staff.",
            "如果您的保险最近有变更，请告知工作人员。",
            "최근 보험이 바뀐 분은 직원에게 알려 주십시오.";
        reception: concat!("患者さんをお帰しせず、就職や引っ越しの直後か伺います。番号で照会したときは入力を見直します。", ladder_ja!()),
            concat!("Do not send the patient away. Ask about a new job or a move; after a look-up by number, check the digits. ",
                ladder_en!());
        technician: "何もしません。登録の遅れで起こります。", "Nothing to do: registration may lag behind.";
    }
    QUALIFICATION_SEVERAL {
        cause: "条件に合う資格が複数あります。", "Several qualifications match.";
        patient: WAIT;
        reception: concat!("枝番か生年月日を加えて、もう一度照会します。決まらないときは次のとおりです。", ladder_ja!()),
            concat!("Ask again with branch number or birth date. If it is still open: ", ladder_en!());
        technician: "何もしません。番号での照会で起こります。", "Nothing to do: this comes of look-ups by number.";
    }
}
