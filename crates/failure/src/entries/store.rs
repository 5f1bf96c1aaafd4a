//! The ledger, the folders and the configuration.

use super::patient::{REGISTERED_WAIT, WAIT};
use super::{entries, papers_en, papers_ja};

entries! {
    LEDGER_WRITE_FAILED {
        cause: "結果を保存できなかったため、レセコンに渡していません。",
            "The result could not be stored, so it was not told to the receipt computer.";
        patient: WAIT;
        reception: concat!("もう一度カードを置いていただき、担当の技術者に知らせます。", papers_ja!()),
            concat!("Have the card placed again and tell the technician. ", papers_en!());
        technician: "ディスクの空きと故障を確かめます。", "Check the disk for space and faults.";
    }
    LEDGER_UNUSABLE {
        cause: "台帳のファイルを開けないか、壊れています。", "The ledger's file cannot be opened or is damaged.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "ファイルの権限とディスクを確かめます。壊れたファイルは消さずに別の場所へ移し、新しい台帳で始めます。",
            "Check file permissions and disk. Move a damaged file aside, do not delete it, and start with a new ledger.";
    }
    LEDGER_KEY_UNUSABLE {
        cause: "台帳の鍵がないか、形が違うか、台帳と同じ場所にあります。",
            "The ledger's key is missing, of the wrong form, or lies beside the ledger.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "設定の鍵の場所を確かめます。鍵は台帳と別の場所に置き、読めるのはサービスだけにします。",
            "Check where the configuration looks for the key. Keep it away from the ledger, readable by the service alone.";
    }
    LEDGER_HELD {
        cause: "別のプログラムが台帳を使っています。", "Another daemon holds this ledger.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "二重に起動したサービスを一つ止めます。", "The service was started twice: stop one.";
    }
    LEDGER_FULL {
        cause: "台帳のディスクに空きがありません。保存済みの結果は残っています。",
            "The ledger's disk is full. What was stored before is still there.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせ、空きができたらもう一度カードを置いていただきます。", papers_ja!()),
            concat!("Tell the technician, and have the card placed again once there is space. ", papers_en!());
        technician: "台帳のディスクに空きを作ります。台帳のファイルは消しません。再起動は要りません。",
            "Make space on the ledger's disk, without deleting the ledger's files. No restart is needed.";
    }
    LEDGER_READ_ONLY {
        cause: "台帳のディスクが読み取り専用になっています。保存済みの結果は残っています。",
            "The ledger's disk can only be read. What was stored before is still there.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "システムは故障したディスクを読み取り専用にすることがあります。システムのログを見てディスクを調べ、書き込めるようにつなぎ直して、再起動します。",
            "A system turns a faulty disk read-only: read the system's log, check the disk, mount it for writing and start again.";
    }
    CONSUMER_UNKNOWN {
        cause: "結果の受け取り先として登録されていないプログラムから、受け取りの知らせが来ました。",
            "A program that is not registered as a consumer acknowledged results.";
        patient: WAIT;
        reception: concat!("結果は受付の画面で見られます。", papers_ja!()),
            concat!("Results are shown on the board. ", papers_en!());
        technician: "プログラムを受け取り先として登録します。登録の前の結果は、番号で読み出せます。",
            "Register the program as a consumer. Results from before that can be read by their ids.";
    }
    CONSUMER_AHEAD {
        cause: "受け取り先が、まだ出していない番号の結果を受け取ったと知らせました。",
            "A consumer acknowledged a result whose id was not given yet.";
        patient: WAIT;
        reception: concat!("結果は受付の画面で見られます。", papers_ja!()),
            concat!("Results are shown on the board. ", papers_en!());
        technician: "台帳を新しくした後は番号が1から始まります。受け取り先に残る番号を消して、最初から読み直させます。",
            "Ids begin at 1 again in a new ledger: clear the id that the consumer remembers and let it read from the start.";
    }
    FOLDER_UNWRITABLE {
        cause: "faceフォルダーに書き込めません。", "The face folder cannot be written.";
        patient: REGISTERED_WAIT;
        reception: "結果は保存されていて、受付の画面で見られます。直れば自動でレセコンに届きます。",
            "The result is stored and shown on the board. It reaches the receipt computer by itself once this is mended.";
        technician: "フォルダーがあるか、共有がつながっているか、サービスがフォルダーとその親に書けるか、両方が同じボリュームかを確かめます。",
            "Check that the folder exists, the share is on line, the service may write the folder and the one around it, and both are on one volume.";
    }
    FOLDER_NAME_TAKEN {
        cause: "同じ名前で中身の違うファイルが、faceフォルダーにあります。",
            "A file of the same name with other content is in the face folder.";
        patient: REGISTERED_WAIT;
        reception: "受付の画面の結果を使います。レセコンに入った内容が同じか確かめます。",
            "Use the result on the board. Check that the receipt computer shows the same.";
        technician: "faceフォルダーのファイルを書き換えるプログラムを探し、そのファイルを移します。",
            "Find the program that changes files in the face folder, and move the file away.";
    }
    FOLDER_EXCHANGE_AWAY {
        cause: "レセコンとの照会のフォルダー（reqまたはres）に届かないか、書き込めません。",
            "The folder for requests (req) or for answers (res) cannot be reached or written.";
        patient: WAIT;
        reception: concat!("受付の画面から照会します。出してある照会はなくならず、直れば自動で答えが届きます。", papers_ja!()),
            concat!("Look the qualification up on the board. Requests already sent are kept and answered by themselves once this is mended. ",
                papers_en!());
        technician: "フォルダーがあるか、共有がつながっているか、サービスがフォルダーとその親に書けるか、resとその親が同じボリュームかを確かめます。",
            "Check that the folders exist, the share is on line, the service may write them and the folder around them, and res and the folder around it are on one volume.";
    }
    FOLDER_REQUEST_MALFORMED {
        cause: "レセコンの照会ファイルの形が違うため、照会していません。",
            "The receipt computer's request file has the wrong form; the centre was not asked.";
        patient: WAIT;
        reception: concat!("示された項目の入力を直して、レセコンからもう一度照会するか、受付の画面から照会します。", papers_ja!()),
            concat!("Correct the item that is named and send the request again, or look the qualification up on the board. ",
                papers_en!());
        technician: "resフォルダーに戻った照会ファイルと.errを見ます。入力で直らないときは、項目の名前と形をレセコンのメーカーに伝えます。",
            "Look at the request and its .err in the res folder. If no input mends it, tell the receipt computer's maker the item and its form.";
    }
    FOLDER_REQUEST_NOT_YET {
        cause: "この種類の照会ファイルには、この端末はまだ答えません。",
            "This terminal does not answer this kind of request file yet.";
        patient: WAIT;
        reception: concat!("一人ずつの資格確認は、レセコンか受付の画面から照会します。", papers_ja!()),
            concat!("Look qualifications up one by one, from the receipt computer or on the board. ", papers_en!());
        technician: "その種類を使う間は、レセコンの設定で照会先を今までの資格確認端末にします。",
            "While this kind is needed, let the receipt computer send it to the earlier terminal.";
    }
    FOLDER_REQUEST_NAME_REUSED {
        cause: "同じ名前の別の答えがresフォルダーに残っているため、照会していません。",
            "Another answer of that name lies in the res folder; the centre was not asked.";
        patient: WAIT;
        reception: concat!("レセコンからもう一度照会します。新しい番号のファイルになります。受付の画面からも照会できます。", papers_ja!()),
            concat!("Send the request again from the receipt computer, which gives it a new number, or look the qualification up on the board. ",
                papers_en!());
        technician: "照会ファイルの番号が重なっていないか、レセコンがresの答えを取り込んでいるかを確かめます。",
            "Check that request numbers are never used twice and that the receipt computer takes its answers out of res.";
    }
    QUALIFICATION_UNREADABLE {
        cause: "センターの返事を、資格の情報として読めません。", "The centre's document cannot be read as a qualification.";
        patient: WAIT;
        reception: concat!("一度やり直します。", papers_ja!()),
            concat!("Try once more. ", papers_en!());
        technician: "ログにある要素の名前を、開発元に送ります。値はログに残りません。",
            "Send the element's name from the log to the maintainers. Values are never logged.";
    }
    CONFIG_INVALID {
        cause: "設定に誤りがあります。", "The configuration has a fault.";
        patient: WAIT;
        reception: concat!("担当の技術者に知らせます。", papers_ja!()),
            concat!("Tell the technician. ", papers_en!());
        technician: "示されたファイル、行、項目を直して、再起動します。",
            "Correct the file, line and key that the message names, and start again.";
    }
}
