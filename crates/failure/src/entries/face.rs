//! The face, and the photo it is compared with.

use super::patient::{OUT_OF_SLEEVE, PLACE_AGAIN, TRY_PIN, WAIT};
use super::{entries, papers_en, papers_ja};

const OTHER_WAY_JA: &str = "暗証番号に切り替えるか、目視確認で受け付けます。";
const OTHER_WAY_EN: &str = "Switch to the PIN, or use a visual check.";

entries! {
    NUMBER_B_WRONG {
        cause: "カードの券面から読んだ番号（照合番号B）を、カードが受け付けませんでした。読み違いと考えられます。",
            "The card refused the number read from its face (照合番号B); it was probably misread.";
        patient: TRY_PIN;
        reception: "券面の汚れ、シール、日光を確かめます。番号は10回の誤りでロックされるため、繰り返さず、暗証番号か目視確認に切り替えます。",
            "Look for dirt, stickers and sun on the card. The number locks after ten errors: do not repeat, use the PIN or a visual check.";
        technician: "多くのカードで起こるなら、カードリーダーの読み取り窓を清掃します。",
            "If many cards fail, clean the reader's window.";
    }
    NUMBER_B_UNREADABLE {
        cause: "カードリーダーが、カードの券面の番号（照合番号B）を読み取れませんでした。番号の回数は減っていません。",
            "The reader could not read 照合番号B from the card's face. No try of it was spent.";
        patient: OUT_OF_SLEEVE;
        reception: "券面の汚れ、シール、日光、カードの向きを確かめます。読み取れないときは暗証番号か目視確認で受け付けます。",
            "Look for dirt, stickers, sun and the wrong side. Otherwise use the PIN or a visual check.";
        technician: "多くのカードで起こるなら、カードリーダーの読み取り窓を清掃し、日光を避けて置きます。",
            "If many cards fail, clean the reader's window and keep the sun off it.";
    }
    NUMBER_B_LAST_TRY {
        cause: "照合番号Bの読み取りを、これ以上は試しません。続けるとカードの番号がロックされるおそれがあります。",
            "照合番号B is not tried any more: going on could lock the number on the card.";
        patient: TRY_PIN;
        reception: "暗証番号か目視確認で受け付けます。券面の汚れ、シール、日光を確かめます。",
            "Use the PIN or a visual check. Look for dirt, stickers and sun on the card.";
        technician: "続くときは、読み違えが多いカードリーダーの読み取り窓を清掃します。",
            "If it keeps happening, clean the window of the reader that misreads.";
    }
    NUMBER_B_LOCKED {
        cause: "照合番号Bがロックされています。このカードでは顔認証ができません。",
            "照合番号B is locked; the face check is closed for this card.";
        patient: TRY_PIN;
        reception: "暗証番号か目視確認で受け付けます。ロックは市区町村の窓口で解除できます。",
            "Use the PIN or a visual check. The municipality unlocks the number.";
        technician: "続くときは、読み違えが多いカードリーダーを探します。",
            "If it keeps happening, look for a reader that misreads often.";
    }
    PHOTO_FORGED {
        cause: "カードの顔写真の署名を確かめられません。", "The signature of the card's photo does not hold.";
        patient: WAIT;
        reception: concat!("顔認証と目視確認には進まず、ほかの本人確認書類も見せていただきます。", papers_ja!()),
            concat!("Do not go on with face or visual check; ask for another proof of identity. ", papers_en!());
        technician: "どのカードでも起こるなら、登録した発行者の証明書が古くないか確かめます。",
            "If every card fails, check that the configured issuer certificates are current.";
    }
    PHOTO_OF_OTHER_CHIP {
        cause: "顔写真が、このカードのものではありません。", "The photo belongs to another card.";
        patient: WAIT;
        reception: concat!("顔認証と目視確認には進まず、ほかの本人確認書類も見せていただきます。", papers_ja!()),
            concat!("Do not go on with face or visual check; ask for another proof of identity. ", papers_en!());
        technician: "カードの入れ替えや偽造が疑われます。時刻とカードリーダーを記録します。",
            "A swapped or forged card is possible. Record time and reader.";
    }
    PHOTO_UNREADABLE {
        cause: "カードの顔写真を開けません。", "The photo on the card cannot be opened.";
        patient: TRY_PIN;
        reception: OTHER_WAY_JA, OTHER_WAY_EN;
        technician: "どのカードでも起こるなら、読み取り口と写真の形式の設定を確かめます。",
            "If every card fails, check the slot and the photo format of the reader.";
    }
    FACE_NO_MATCH ["face not matched"] {
        cause: "カードの顔写真と一致しませんでした。", "The face does not match the card's photo.";
        patient: "もう少し近づき、顔を上げて正面を見てください。暗証番号も使えます。",
            "Please come a little closer, look up and straight ahead. You may also use your PIN.",
            "请再靠近一些，抬起头看正前方。您也可以使用密码。",
            "조금 더 가까이 오셔서 얼굴을 들고 정면을 봐 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "ご本人か確かめ、マスクや帽子を取り、明るいほうを向いていただきます。一度で合わなければ、暗証番号か目視確認をおすすめします。",
            "Make sure it is the owner of the card; help with mask, hat and light. After one failure, offer the PIN or a visual check.";
        technician: "続くときは、照明、カメラの汚れ、設置の高さを確かめます。",
            "If it keeps happening, check light, camera lens and height.";
    }
    FACE_TOO_DARK {
        cause: "顔に当たる光が足りません。", "There is not enough light on the face.";
        patient: "明るいほうを向いてください。暗証番号も使えます。",
            "Please turn towards the light. You may also use your PIN.",
            "请面向明亮的一侧。您也可以使用密码。",
            "밝은 쪽을 향해 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "照明をつけるか、向きを変えます。急ぐときは暗証番号か目視確認で受け付けます。",
            "Switch on a light or turn the reader. In a hurry, use the PIN or a visual check.";
        technician: "機種が求める明るさに合う場所に置きます。", "Place the reader where the light is as its model needs.";
    }
    FACE_NOT_FOUND {
        cause: "カメラに顔が写っていません。", "No face is before the camera.";
        patient: "もう少し近づき、画面の枠に顔を入れてください。暗証番号も使えます。",
            "Please come a little closer and bring your face into the frame. You may also use your PIN.",
            "请再靠近一些，将脸对准画面中的框。您也可以使用密码。",
            "조금 더 가까이 오셔서 화면의 틀 안에 얼굴을 맞춰 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "立ち位置と高さを案内します。届かない方は暗証番号か目視確認で受け付けます。",
            "Help with place and height. For those who cannot reach, use the PIN or a visual check.";
        technician: "カメラの向きと汚れを確かめます。", "Check the camera's angle and lens.";
    }
    FACE_NOT_ALIVE {
        cause: "写真や画面がカメラに向けられたと判断されました。", "The reader took what it saw for a picture.";
        patient: "カメラをまっすぐ見てください。暗証番号も使えます。",
            "Please look straight at the camera. You may also use your PIN.",
            "请直视镜头。您也可以使用密码。",
            "카메라를 똑바로 봐 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "ご本人がその場にいるか確かめ、暗証番号か目視確認で受け付けます。",
            "Make sure the person is there; then use the PIN or a visual check.";
        technician: "何度も誤るときは、背景の鏡、掲示物、照明の映り込みを除きます。",
            "If it errs often, remove mirrors, posters and reflections from the background.";
    }
    FACE_MASKED {
        cause: "マスクで顔が隠れています。", "A mask hides too much of the face.";
        patient: "マスクを外して、正面を見てください。暗証番号も使えます。",
            "Please take off your mask and look straight ahead. You may also use your PIN.",
            "请摘下口罩，看正前方。您也可以使用密码。",
            "마스크를 벗고 정면을 봐 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "マスクを外せない方は、暗証番号か目視確認で受け付けます。",
            "For those who cannot take the mask off, use the PIN or a visual check.";
        technician: "マスクがないのに起こるときは、カメラの汚れと照明を確かめます。",
            "If it happens without a mask, check camera lens and light.";
    }
    FACE_POSE {
        cause: "顔が横を向いているか、傾いています。", "The face is turned away or tilted too far.";
        patient: "顔を上げて、正面をまっすぐ見てください。暗証番号も使えます。",
            "Please look up and straight ahead. You may also use your PIN.",
            "请抬起头，直视正前方。您也可以使用密码。",
            "얼굴을 들고 정면을 똑바로 봐 주십시오. 비밀번호도 사용하실 수 있습니다.";
        reception: "立ち位置と向きを案内します。難しい方は暗証番号か目視確認で受け付けます。",
            "Help with place and direction. Where that is hard, use the PIN or a visual check.";
        technician: "続くときは、設置の高さと角度を確かめます。", "If it keeps happening, check height and angle of the reader.";
    }
    FACE_ATTEMPT_FOREIGN {
        cause: "始めていない顔認証の結果が届いたため、使いませんでした。",
            "A face result arrived for an attempt that was not open; it was not used.";
        patient: PLACE_AGAIN;
        reception: "最初からやり直します。続くときは暗証番号か目視確認で受け付けます。",
            "Start again. If it repeats, use the PIN or a visual check.";
        technician: "カードリーダーを再起動し、ファームウェアの版を確かめます。",
            "Restart the reader and check its firmware version.";
    }
}
