//! What each line is called.

use serde::Serialize;

macro_rules! items {
    ($($(#[$doc:meta])* $item:ident = $ja:literal, $en:literal;)*) => {
        /// What a line is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Item {
            $($(#[$doc])* $item,)*
        }

        impl Item {
            /// Its label.
            #[must_use]
            pub const fn label(self) -> Label {
                match self {
                    $(Self::$item => Label { ja: $ja, en: $en },)*
                }
            }
        }
    };
}

/// A label for staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

items! {
    /// 被保険者証区分, code 010.
    Kind = "証の種類", "Kind of card";
    /// 保険者番号, without padding.
    InsurerNumber = "保険者番号", "Insurer number";
    /// 公費負担者番号, which stands in its place under 医療扶助.
    PayerNumber = "公費負担者番号", "Public payer number";
    /// 保険者名称.
    InsurerName = "保険者名称", "Insurer";
    /// 福祉事務所, which stands in its place under 医療扶助.
    WelfareOffice = "福祉事務所", "Welfare office";
    /// 記号・番号・枝番.
    Number = "記号・番号", "Symbol and number";
    /// 受給者番号, which stands in its place under 医療扶助.
    BeneficiaryNumber = "受給者番号", "Beneficiary number";
    /// 本人・家族の別.
    Family = "本人・家族", "Insured or family";
    /// 未就学.
    Preschool = "未就学", "Below school age";
    /// 一部負担金割合.
    Ratio = "負担割合", "Patient's share";
    /// 負担割合 of the 高齢受給者証.
    ElderlyRatio = "負担割合（高齢受給者証）", "Patient's share (elderly certificate)";
    /// 有効期間 of the 高齢受給者証.
    ElderlyPeriod = "有効期間（高齢受給者証）", "Valid (elderly certificate)";
    /// 限度額適用認定証の区分.
    LimitKind = "限度額適用認定証", "Limit certificate";
    /// 適用区分.
    LimitClass = "適用区分", "Limit class";
    /// 有効期間 of the 限度額適用認定証.
    LimitPeriod = "有効期間（限度額）", "Valid (limit certificate)";
    /// 長期入院該当.
    LimitLongStay = "長期入院該当", "Long stay since";
    /// 資格取得年月日; under 医療扶助 its start.
    QualifiedOn = "資格取得日", "Qualified on";
    /// 有効期間.
    Period = "有効期間", "Valid";
    /// 資格喪失年月日; under 医療扶助 its stop or end.
    LostOn = "資格喪失日", "Lost on";
    /// 資格喪失事由.
    LossReason = "資格喪失事由", "Reason of the loss";
    /// 医療券・調剤券別: each begins one ticket.
    Ticket = "医療券・調剤券", "Ticket";
    /// 交付番号.
    TicketNumber = "交付番号", "Number of the ticket";
    /// 診療年月.
    TicketMonth = "診療年月", "Month of treatment";
    /// 有効期間 of the ticket.
    TicketPeriod = "有効期間（券）", "Valid (ticket)";
    /// 診療別.
    Treatment = "診療別", "Kind of treatment";
    /// 単独・併用別.
    UseAlone = "単独・併用", "Alone or with insurance";
    /// 本人支払額.
    SelfPay = "本人支払額", "Patient pays";
    /// 社会保険状況.
    SocialInsurance = "社会保険", "Social insurance";
}
