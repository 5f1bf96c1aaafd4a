//! The four-digit PIN. It is typed by its owner alone, never said aloud.

use super::entries;

entries! {
    PIN_WRONG {
        cause: "暗証番号が違います。", "The PIN was wrong.";
        patient: "4桁の番号を、もう一度ゆっくり入力してください。顔認証も使えます。",
            "Please type your four digits again, slowly. You may also use the face check.",
            "请慢慢地重新输入四位密码。您也可以使用人脸认证。",
            "네 자리 비밀번호를 다시 천천히 입력해 주십시오. 얼굴 인증도 사용하실 수 있습니다.";
        reception: "番号は口に出さないようお願いします。3回続けて間違えるとロックされるので、あやふやなら顔認証か目視確認に切り替えます。",
            "The number must not be said aloud. Three errors lock it: if the patient is unsure, switch to face or visual check.";
        technician: "何もしません。続くときは、画面の数字と押した位置が合うか確かめます。",
            "Nothing to do. If it keeps happening, check that keys and touch positions agree.";
    }
    PIN_LAST_TRY {
        cause: "暗証番号を試せるのは、あと1回です。", "One try of the PIN is left.";
        patient: "次に間違えるとロックされます。顔認証もお使いいただけます。",
            "Another error locks the PIN. You may use the face check instead.",
            "再输错一次，密码将被锁定。您也可以使用人脸认证。",
            "한 번 더 틀리면 비밀번호가 잠깁니다. 얼굴 인증도 사용하실 수 있습니다.";
        reception: "顔認証か目視確認をおすすめします。続けるかどうかはご本人が決めます。",
            "Recommend face or visual check. Only the patient decides to go on.";
        technician: "何もしません。", "Nothing to do.";
    }
    PIN_LOCKED {
        cause: "暗証番号がロックされているか、暗証番号のないカード（顔認証マイナンバーカード）です。",
            "The PIN is locked, or the card is one without a PIN (for the face check only).";
        patient: "顔認証をお使いいただくか、係の者にお声がけください。",
            "Please use the face check, or speak to the staff.",
            "请使用人脸认证，或向工作人员咨询。",
            "얼굴 인증을 이용하시거나 직원에게 말씀해 주십시오.";
        reception: "顔認証か目視確認で受け付けます。暗証番号のないカードは、いつもこの二つです。ロックは市区町村の窓口か、準備があればコンビニの端末で解除できます。",
            "Use face or visual check; for a card without a PIN these are the only two. The municipality, or with the right set-up a convenience-store kiosk, unlocks a PIN.";
        technician: "何もしません。カードの状態で、端末からは区別できません。",
            "Nothing to do: this is the card's state, and the terminal cannot tell the two apart.";
    }
    PIN_CANCELLED {
        cause: "暗証番号の入力が取り消されました。", "The patient cancelled the PIN.";
        patient: "別の方法をお選びください。",
            "Please choose another way.",
            "请选择其他方式。",
            "다른 방법을 선택해 주십시오.";
        reception: "顔認証か目視確認を案内します。暗証番号のないカードもあります。",
            "Offer face or visual check. Some cards have no PIN.";
        technician: "何もしません。", "Nothing to do.";
    }
}
