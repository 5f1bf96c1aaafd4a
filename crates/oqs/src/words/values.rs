//! Codes of the code list (別紙 5-1) in the words of the card. A value that is not known stays as it is.

/// 負担割合: 3 digits, percent.
pub(super) fn ratio(code: &str) -> &str {
    match code {
        "010" => "1割",
        "020" => "2割",
        "030" => "3割",
        other => other,
    }
}

/// 被保険者証区分, code 010.
pub(super) fn kind(code: &str) -> &str {
    match code {
        "01" => "一般",
        "02" => "退職",
        "03" => "短期（一般）",
        "04" => "短期（退職）",
        // 資格証明書 before December 2024.
        "05" => "特別療養費支給対象者",
        "06" => "特例退職",
        "07" => "自衛官",
        "A1" => "医療扶助",
        other => other,
    }
}

/// 本人・家族の別, code 009.
pub(super) fn family(code: &str) -> &str {
    match code {
        "1" => "本人",
        "2" => "家族",
        other => other,
    }
}

/// 未就学区分, code 015. Sources disagree about a second value.
pub(super) fn preschool(code: &str) -> &str {
    match code {
        "1" => "未就学",
        other => other,
    }
}

/// 資格喪失事由, code 008.
pub(super) fn loss(code: &str) -> &str {
    match code {
        "01" => "死亡",
        "02" => "生活保護受給開始",
        "03" => "医療保険等の資格取得",
        "99" => "その他",
        other => other,
    }
}

/// 限度額適用認定証の区分, code 011.
pub(super) fn limit_kind(code: &str) -> &str {
    match code {
        "01" => "限度額適用",
        "02" => "限度額適用・標準負担額減額",
        "03" => "標準負担額減額",
        other => other,
    }
}

/// 限度額の適用区分, code 012.
pub(super) fn limit_class(code: &str) -> &str {
    match code {
        "A01" => "区分ア",
        "A02" => "区分イ",
        "A03" => "区分ウ",
        "A04" => "区分エ",
        "A05" => "区分オ",
        "A06" => "区分オ（境）",
        "B01" => "現役並みⅢ",
        "B02" => "現役並みⅡ",
        "B03" => "現役並みⅠ",
        "B04" => "一般",
        "B05" => "低所得Ⅱ",
        "B06" => "低所得Ⅰ",
        "B07" => "低所得Ⅰ（老福）",
        "B08" => "低所得Ⅰ（境）",
        "B09" => "一般Ⅱ",
        "B10" => "一般Ⅰ",
        other => other,
    }
}

/// 医療券・調剤券別, code 018.
pub(super) fn ticket(code: &str) -> &str {
    match code {
        "01" => "医療券",
        "02" => "調剤券",
        other => other,
    }
}

/// 診療別, code 019.
pub(super) fn treatment(code: &str) -> &str {
    match code {
        "01" => "入院",
        "02" => "入院外",
        "03" => "歯科",
        "04" => "調剤",
        "05" => "訪問看護",
        other => other,
    }
}

/// 単独・併用別, code 020.
pub(super) fn use_alone(code: &str) -> &str {
    match code {
        "01" => "単独",
        "02" => "併用",
        other => other,
    }
}

/// 社会保険状況, code 021.
pub(super) fn present(code: &str) -> &str {
    match code {
        "01" => "あり",
        "02" => "なし",
        other => other,
    }
}

/// An amount in yen.
pub(super) fn yen(amount: &str) -> String {
    let is_amount = !amount.is_empty() && amount.bytes().all(|byte| byte.is_ascii_digit());
    if is_amount { format!("{amount}円") } else { amount.to_owned() }
}
