//! The panel that the terminal draws for a reader without a screen of its own.

use super::entries;
use super::patient::WAIT;

entries! {
    PANEL_NONE {
        cause: "このカードリーダーの画面は、いま表示されていません。", "No panel is shown for this reader now.";
        patient: WAIT;
        reception: "カードリーダーの状態を確かめます。急ぐときは別のカードリーダーか目視確認で受け付けます。",
            "Look at the reader's state. In a hurry, use another reader or a visual check.";
        technician: "画面を端末が描く機種か、カードリーダーがつながっているか、ページのカードリーダー名が正しいかを確かめます。",
            "Check that the terminal draws this model's screen, that the reader is connected, and that the page names the right reader.";
    }
    PANEL_STALE {
        cause: "画面が変わったあとに、前の画面が押されました。", "A panel was touched that has changed since.";
        patient: "いまの画面を見て、もう一度押してください。",
            "Please look at the screen and touch again.",
            "请看现在的画面，重新点按。",
            "지금 화면을 보시고 다시 눌러 주십시오.";
        reception: "いまの画面をもう一度押していただきます。", "Have the screen that is shown now touched again.";
        technician: "続くときは、画面のページが端末につながったままか確かめます。",
            "If it keeps happening, check that the page stays connected to the terminal.";
    }
    PANEL_NOT_ASKED {
        cause: "いまの画面が尋ねていない操作でした。", "The panel does not ask for what was touched.";
        patient: "画面の案内に沿って押してください。",
            "Please follow what the screen asks.",
            "请按照画面的提示点按。",
            "화면 안내에 따라 눌러 주십시오.";
        reception: "画面を開き直します。", "Open the screen's page again.";
        technician: "画面のページが、この端末の版のものか確かめます。", "Check that the page is of this terminal's version.";
    }
    PANEL_BUSY {
        cause: "前の操作をまだ処理しています。", "Earlier touches are still waiting.";
        patient: "少し待ってから、もう一度押してください。",
            "Please wait a moment and touch again.",
            "请稍等片刻，再重新点按。",
            "잠시 기다리신 후 다시 눌러 주십시오.";
        reception: "少し待ちます。続くときはカードリーダーの状態を確かめます。",
            "Wait a moment. If it stays, look at the reader's state.";
        technician: "カードリーダーが応答しているか確かめます。", "Check that the reader answers.";
    }
}
