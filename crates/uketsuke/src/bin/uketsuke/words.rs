//! The API's words as a person reads them, Japanese and English. What is not known here stands as it came.

/// 資格有効性.
pub(crate) fn validity(word: &str) -> &str {
    match word {
        "valid" => "有効 / valid",
        "invalid" => "無効 / invalid",
        "invalid_with_newer" => "無効、新しい資格あり / invalid, a newer one exists",
        "not_found" => "該当なし / not found",
        "several" => "複数該当 / several found",
        "valid_unregistered" => "有効（医療扶助、未登録） / valid, unregistered",
        other => other,
    }
}

/// How identity was confirmed.
pub(crate) fn verification(word: &str) -> &str {
    match word {
        "face" => "顔認証 / by face",
        "pin" => "暗証番号 / by PIN",
        "visual" => "目視確認 / by staff, by sight",
        "smartphone" => "スマートフォン / by smartphone",
        other => other,
    }
}

/// One of the folders.
pub(crate) fn folder(word: &str) -> &str {
    match word {
        "face" => "結果のフォルダ / face folder",
        "requests" => "要求のフォルダ / request folder",
        "answers" => "回答のフォルダ / answer folder",
        other => other,
    }
}

/// A deed of the audit.
pub(crate) fn deed(word: &str) -> &str {
    match word {
        "visual_check_armed" => "目視確認を始めた / visual check armed",
        "visual_check_disarmed" => "無人に戻した / visual check disarmed",
        "person_confirmed" => "本人と確認した / person confirmed",
        "person_refused" => "別人とした / person refused",
        "passcode_refused" => "パスコード違い / wrong passcode",
        "board_unlocked" => "受付の画面のロックを解除した / board unlocked",
        "visit_cancelled" => "受付を中止した / visit cancelled",
        "consent_asked_again" => "同意を聞き直した / consents asked again",
        "results_shown" => "結果を見た / results shown",
        "listening_began" => "結果の受信を始めた / listening began",
        "listening_ended" => "結果の受信を終えた / listening ended",
        "looked_up" => "カードなしで照会した / looked up",
        "requeried" => "センターに聞き直した / asked the centre again",
        "token_made" => "トークンを作った / token made",
        "token_revoked" => "トークンを取り消した / token revoked",
        "dropped_untold" => "渡らないまま消えた / destroyed untold",
        other => other,
    }
}

/// Who acted, by sort of actor and name.
pub(crate) fn actor(sort: &str, name: Option<&str>) -> String {
    let name = name.unwrap_or("-");
    match sort {
        "staff" => format!("職員 / staff {name}"),
        "at_reader" => "リーダーで / at the reader".to_owned(),
        "caller" => format!("プログラム / program {name}"),
        "local_user" => format!("この PC の利用者 / local user {name}"),
        "board" => "受付の画面 / the board".to_owned(),
        "folders" => "フォルダ / the folders".to_owned(),
        "terminal" => "端末 / the terminal".to_owned(),
        other => format!("{other} {name}"),
    }
}
