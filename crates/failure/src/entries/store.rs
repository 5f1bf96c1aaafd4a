//! The ledger, the face folder and the configuration.

use super::{entries, papers_en, papers_ja, wait_en, wait_ja};

entries! {
    LEDGER_WRITE_FAILED {
        cause: "結果を保存できなかったため、レセコンに渡していません。",
            "The result could not be stored, so it was not told to the receipt computer.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("もう一度カードを置いていただき、担当の技術者に知らせます。", papers_ja!()),
            concat!("Have the card placed again and tell the technician. ", papers_en!());
        technician: "ディスクの空きと故障を確かめます。", "Check the disk for space and faults.";
    }
    LEDGER_UNUSABLE {
        cause: "台帳のファイルを開けないか、壊れています。", "The ledger's file cannot be opened or is damaged.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "ファイルの権限とディスクを確かめます。壊れたファイルは消さずに別の場所へ移し、新しい台帳で始めます。",
            "Check file permissions and disk. Move a damaged file aside, do not delete it, and start with a new ledger.";
    }
    LEDGER_KEY_UNUSABLE {
        cause: "台帳の鍵がないか、形が違うか、台帳と同じ場所にあります。",
            "The ledger's key is missing, of the wrong form, or lies beside the ledger.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "設定の鍵の場所を確かめます。鍵は台帳と別の場所に置き、読めるのはサービスだけにします。",
            "Check where the configuration looks for the key. Keep it away from the ledger, readable by the service alone.";
    }
    LEDGER_HELD {
        cause: "別のプログラムが台帳を使っています。", "Another daemon holds this ledger.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "二重に起動したサービスを一つ止めます。", "The service was started twice: stop one.";
    }
    FOLDER_UNWRITABLE {
        cause: "faceフォルダーに書き込めません。", "The face folder cannot be written.";
        patient: "受付は済んでいます。少しお待ちください。", "Your visit is registered. Please wait a moment.";
        reception: "結果は保存されていて、受付の画面で見られます。直れば自動でレセコンに届きます。",
            "The result is stored and shown on the board. It reaches the receipt computer by itself once this is mended.";
        technician: "フォルダーがあるか、共有がつながっているか、サービスがフォルダーとその親に書けるか、両方が同じボリュームかを確かめます。",
            "Check that the folder exists, the share is on line, the service may write the folder and the one around it, and both are on one volume.";
    }
    FOLDER_NAME_TAKEN {
        cause: "同じ名前で中身の違うファイルが、faceフォルダーにあります。",
            "A file of the same name with other content is in the face folder.";
        patient: "受付は済んでいます。少しお待ちください。", "Your visit is registered. Please wait a moment.";
        reception: "受付の画面の結果を使います。レセコンに入った内容が同じか確かめます。",
            "Use the result on the board. Check that the receipt computer shows the same.";
        technician: "faceフォルダーのファイルを書き換えるプログラムを探し、そのファイルを移します。",
            "Find the program that changes files in the face folder, and move the file away.";
    }
    QUALIFICATION_UNREADABLE {
        cause: "センターの返事を、資格の情報として読めません。", "The centre's document cannot be read as a qualification.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "ログにある要素の名前を、開発元に送ります。値はログに残りません。",
            "Send the element's name from the log to the maintainers. Values are never logged.";
    }
    CONFIG_INVALID {
        cause: "設定に誤りがあります。", "The configuration has a fault.";
        patient: wait_ja!(), wait_en!();
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "示されたファイル、行、項目を直して、再起動します。",
            "Correct the file, line and key that the message names, and start again.";
    }
}
