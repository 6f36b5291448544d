"""Facts about hat-tui: those written here, and those that the program's own tables give."""

# Texts, as they are said.
# ruff: noqa: E501

from models.demo.key_facts import Fact, table_facts
from models.demo.scene import Exchange, Scene

WRITTEN = (
    # What it is
    Fact("hat-tui is a terminal chat client for small language models on your own computer.",
         "What is hat-tui?|What is this program?|Tell me about hat-tui.|Explain hat-tui.|What does hat-tui do?|Describe hat-tui.|"
         "What is this app?|What sort of program is this?|hat-tui?||What kind of program is hat-tui?|What is hat-tui for?"),
    Fact("HAT means Home Acceptance Test: you judge at home whether a model is good enough for you.",
         "What does HAT mean?|What does hat stand for?|What is HAT?|Why is it called hat-tui?|What is the meaning of HAT?|"
         "Where does the name hat-tui come from?||What does the name hat-tui mean?|What do the letters HAT stand for?"),
    Fact("hat-tui is free software under the Apache-2.0 licence.",
         "Is hat-tui free?|What is the licence of hat-tui?|Is hat-tui open source?|Which licence does hat-tui have?|"
         "Does hat-tui cost anything?|How much does hat-tui cost?||Under which licence is hat-tui?|Is hat-tui free software?"),
    Fact("hat-tui is for small language models, below three billion parameters, that run without a graphics card.",
         "Which models is hat-tui for?|Do I need a GPU?|Do I need a graphics card?|How big may a model be?|"
         "Does hat-tui need a GPU?|Which models does hat-tui run?|Can I use it without a GPU?||Does hat-tui work without a graphics card?|"
         "What size of model is hat-tui for?"),
    Fact("hat-tui needs Python 3.11 or newer.",
         "Which Python does hat-tui need?|What version of Python do I need?|Which Python version is needed?|"
         "Does hat-tui need Python?|What Python does it need?||Which version of Python does hat-tui need?|What Python version must I have?"),
    Fact("hat-tui needs no account and no internet to chat; it runs on your own computer.",
         "Do I need an account?|Does hat-tui need the internet?|Can I use hat-tui offline?|Do I have to log in?|"
         "Does hat-tui send my data anywhere?|Is hat-tui private?|Does hat-tui work offline?||Must I have an account for hat-tui?|"
         "Does hat-tui work without the internet?"),
    # Starting
    Fact("Type `hat-tui` in a terminal; it opens with the model you used last, or else with this demo model.",
         "How do I start hat-tui?|How do I run hat-tui?|How do I open hat-tui?|What do I type to start hat-tui?|"
         "How can I launch hat-tui?|How to start the program?||How can I start hat-tui?|What must I type to run hat-tui?"),
    Fact("hat-tui opens with the model used last, else with the only GGUF file in the models folder, else with the demo model.",
         "Which model does hat-tui start with?|Which model opens first?|What model is used at the start?|"
         "Which model is used by default?|What is the default model?||Which model does hat-tui open with?|With which model does hat-tui start?"),
    Fact("Start it with `hat-tui --model NAME`, where NAME is a file or a model in your models folder.",
         "How do I start hat-tui with a model?|What does --model do?|How do I choose a model on the command line?|"
         "Which flag sets the model?|How do I give a model file to hat-tui?|What is --model for?||Which flag chooses the model?|"
         "How do I start with a certain model?"),
    Fact("Start it with `hat-tui --url URL`; it then connects to that server and starts none of its own.",
         "What does --url do?|How do I start hat-tui with a URL?|Which flag connects to a server?|What is --url for?|"
         "How do I connect from the command line?||Which flag gives the URL?|How do I start hat-tui with a server URL?"),
    Fact("`hat-tui ask \"your question\"` prints one reply and ends; text piped in is added to the question.",
         "What does hat-tui ask do?|How do I ask one question from the shell?|Can I use hat-tui in a script?|"
         "How do I get a reply without the screen?|What is hat-tui ask?|Can I pipe text to hat-tui?|How do I ask from the command line?||"
         "How can I ask a single question from the shell?|What is hat-tui ask for?"),
    Fact("`hat-tui --version` prints the version.",
         "Which version of hat-tui is this?|How do I see the version?|What does --version do?|Which version do I have?|"
         "How do I find the version of hat-tui?||How can I see the version of hat-tui?|What version is this?"),
    Fact("`hat-tui --help` prints all commands and flags with examples.",
         "What does --help do?|How do I see all flags?|Which flags does hat-tui have?|Where are the command line options?|"
         "What are the command line flags?||How can I see the flags of hat-tui?|Which command line options are there?"),
    Fact("`hat-tui --plain` is the same chat as plain lines, for screen readers and very slow links.",
         "What does --plain do?|What is plain mode?|Is there a mode for screen readers?|How do I chat without the full screen?|"
         "What is --plain for?|Can blind people use hat-tui?|What is plain hat-tui?||How do I use hat-tui with a screen reader?|"
         "What is the plain mode for?"),
    Fact("Settings are kept in a TOML file in your config folder; each can also be given by a flag or a HAT_TUI_ variable.",
         "Where are the settings?|Where is the config file?|How do I configure hat-tui?|What format has the config file?|"
         "How do I change the settings?|Can I use environment variables?|Where does hat-tui keep its settings?||"
         "Where can I find the config file?|How can I configure hat-tui?"),
    Fact("Yes, every key can be changed in the config file under `[keys]`, by the id of the action.",
         "Can I change the keys?|How do I remap a key?|Can I use other keys?|How do I change a key?|Are the keys fixed?|"
         "How do I set my own keys?||Can I remap the keys?|Where do I change the keys?"),
    # Screen
    Fact("The screen has the conversation, the prompt box, the parameter form, the server log, the memory panel and a status line.",
         "What is on the screen?|Which panels are there?|What panels does hat-tui have?|Name the panels.|What can I see on the screen?|"
         "What parts does the screen have?||List the panels of hat-tui.|Which panels does hat-tui have?"),
    Fact("The parameter form sets how the next reply is made: temperature, length, stop strings, turns kept and more.",
         "What is the parameter form?|What does the parameter form do?|What can I set in the parameter form?|"
         "What is the parameter panel for?|Which parameters are there?|Which parameters can I change?||"
         "What is the parameter form for?|What are the parameters?"),
    Fact("The server log panel shows every line that the model's server writes, live.",
         "What is the server log?|What does the log panel show?|What is in the log panel?|What is the server log panel?|"
         "Explain the server log.||What is the server log for?|What does the server log show?"),
    Fact("The memory panel shows what the model still sees, what it has forgotten and how full its window is.",
         "What is the memory panel?|What does the memory panel show?|What is the memory indicator?|Explain the memory panel.|"
         "What does the turn memory show?||What is the memory panel for?|What can I see in the memory panel?"),
    Fact("The status line shows the model, the endpoint, the session file and the tokens per second.",
         "What is the status line?|What does the status line show?|What is in the status line?|What is at the bottom of the screen?|"
         "Explain the status line.||What can I see in the status line?|What is the status line for?"),
    Fact("The footer at the bottom shows the keys that work where you are.",
         "What is the footer?|What does the footer show?|Where are the keys shown?|Where do I see which keys work?||"
         "What is in the footer?|Where can I see which keys work?"),
    Fact("Enter sends; Ctrl+J or Alt+Enter adds a line; Up and Down go through earlier prompts.",
         "What is the prompt box?|How does the prompt box work?|How do I type a prompt?|Which keys work in the prompt box?|"
         "Explain the prompt box.||Where do I type my prompt?|What can I do in the prompt box?"),
    Fact("No, pasting never sends; press Enter to send what you pasted.",
         "Does paste send the prompt?|What happens when I paste text?|Is pasted text sent at once?|Can I paste text?|"
         "How do I paste?||Does pasting send my text?|Will pasted lines be sent?"),
    Fact("Your prompt is queued and shown as waiting, and sent when the running reply has ended.",
         "What happens when I send while a reply runs?|Can I type while the model answers?|What is a queued prompt?|"
         "Can I send two prompts?|What if I press Enter during a reply?||What happens to a prompt sent during a reply?|"
         "Can I send a prompt while a reply runs?"),
    Fact("Yes, you can type from the start; a prompt sent while the model loads is queued.",
         "Can I type while the model loads?|Do I have to wait for the model to load?|What happens while the model loads?||"
         "May I type before the model is loaded?|Must I wait until the model has loaded?"),
    Fact("It is kept: on the screen and in the session file, marked as stopped.",
         "What happens to a stopped reply?|Is a stopped reply lost?|What happens to half an answer?|Is the half reply kept?||"
         "Do I lose a reply that I stop?|What becomes of a stopped answer?"),
    Fact("It shows the time to the first token, the tokens per second and the number of tokens of the reply.",
         "What are the numbers beside a reply?|What do the numbers next to an answer mean?|How fast was the reply?|"
         "Where do I see the speed?|How do I see the tokens per second?||Which numbers stand beside a reply?|Where can I see the speed of a reply?"),
    Fact("Replies are shown as Markdown: headings, lists, tables and code with colours.",
         "Does hat-tui show Markdown?|How are replies shown?|Can hat-tui show tables?|Is code highlighted?|"
         "Does hat-tui render Markdown?||Are replies shown as Markdown?|Can hat-tui display code with colours?"),
    Fact("The smallest good size is 80 columns by 24 lines; the panels then open on demand.",
         "How big must the terminal be?|What is the smallest terminal size?|Does it work in 80x24?|How large must my terminal be?||"
         "Which terminal size do I need?|How small may the terminal be?"),
    Fact("No, every action has a key; the mouse is never needed.",
         "Do I need a mouse?|Can I use the mouse?|Does hat-tui need a mouse?|Can I use hat-tui by keyboard alone?||"
         "Is a mouse needed?|Does hat-tui work without a mouse?"),
    Fact("Yes, hat-tui works well over SSH, and in tmux and screen.",
         "Does hat-tui work over SSH?|Can I use hat-tui in tmux?|Does it work in screen?|Can I use it on a remote machine?|"
         "Is SSH supported?||Does hat-tui run over SSH?|Will hat-tui work inside tmux?"),
    Fact("Set the variable NO_COLOR and hat-tui uses no colours.",
         "How do I turn off colours?|Can I use hat-tui without colours?|What does NO_COLOR do?|How do I disable colors?||"
         "How can I switch off the colours?|Does hat-tui respect NO_COLOR?"),
    # Memory
    Fact("The model only sees the turns in its memory window; older turns are forgotten, though they stay on the screen.",
         "How does the memory work?|What is the memory?|What does the model remember?|What is the memory window?|"
         "How does turn memory work?|Explain the memory.|Why does the model forget?|Why did you forget?||"
         "How does the memory of the model work?|Why does the model forget things?"),
    Fact("The memory horizon is the line above which the model no longer sees anything.",
         "What is the memory horizon?|What is the line in the conversation?|What is the horizon?|What does the memory line mean?|"
         "Explain the memory horizon.||What does the horizon mean?|What is the memory horizon for?"),
    Fact("Turns above the memory horizon are dim because the model no longer sees them.",
         "Why are some turns dim?|Why are old turns grey?|What do dim turns mean?|Why is the text above dim?||"
         "Why are old messages dimmed?|What does a dimmed turn mean?"),
    Fact("Good means there is room in the window, Near means it is almost full, and Overflow means the next prompt pushes turns out.",
         "What does Overflow mean?|What do Good and Near mean?|What does the memory status mean?|What does Near mean?|"
         "What does Good mean in the memory?|Explain Good, Near and Overflow.||What is the meaning of Overflow?|What does memory Overflow mean?"),
    Fact("When the window is full, a block of the oldest turns is dropped at once, so that the next prompts stay fast.",
         "What happens when the memory is full?|What happens when the window is full?|Which turns are dropped first?|"
         "How are old turns dropped?|Why are many turns dropped at once?||What happens if the memory window is full?|When are old turns dropped?"),
    Fact("The context, n_ctx, is how many tokens the model can see at once: prompt, memory and reply together.",
         "What is n_ctx?|What is the context?|What is the context length?|What is a context window?|Explain n_ctx.|"
         "What does n_ctx mean?||What is the meaning of n_ctx?|What is the context window?"),
    Fact("A token is a piece of text, often a part of a word; models read and write in tokens.",
         "What is a token?|What are tokens?|Explain tokens.|What does token mean?|What is meant by tokens?||"
         "What are tokens in a model?|Can you explain tokens?"),
    Fact("Yes: a pinned turn is always sent to the model, however old it is.",
         "What is a pinned turn?|What does pinning do?|What does it mean to pin a turn?|Are pinned turns always sent?||"
         "What is a pinned message?|What happens to a pinned turn?"),
    Fact("A turn that is left out stays on the screen but is not sent to the model.",
         "What is a turn that is left out?|What does leaving out a turn do?|What happens to a left out turn?||"
         "What does it mean to leave a turn out?"),
    Fact("Time to first token is how long you wait between sending a prompt and the first word of the reply.",
         "What is the time to first token?|What does time to first token mean?|What is TTFT?|Explain time to first token.||"
         "What is meant by time to first token?"),
    # Sessions
    Fact("Sessions are text files in the folder sessions where you are, or else in your data folder.",
         "Where are my sessions?|Where are chats saved?|Where are sessions kept?|In which folder are sessions?|"
         "Where does hat-tui save my chats?|Where are the session files?|Where is my conversation saved?||"
         "Where can I find my sessions?|Where does hat-tui keep my sessions?"),
    Fact("A session is one conversation, kept in one plain text file.",
         "What is a session?|What is a session file?|What does session mean?|Explain sessions.|What are sessions?||"
         "What is meant by a session?|Can you explain sessions?"),
    Fact("Nothing to do: each turn is saved to the session file as it comes.",
         "How do I save a chat?|How do I save the conversation?|Do I have to save?|Is my chat saved?|Are chats saved automatically?|"
         "How do I save?|Is there a save key?||Must I save my conversation?|How can I save the session?"),
    Fact("Start `hat-tui --resume`, or press Ctrl+O and pick the session.",
         "How do I resume a session from the shell?|What does --resume do?|How do I continue my last chat?|"
         "How do I go on with yesterday's chat?|What is --resume for?||How can I resume my last session?|How do I continue an earlier chat?"),
    Fact("`hat-tui sessions list` lists your sessions in the shell.",
         "How do I list sessions in the shell?|What does hat-tui sessions list do?|Which command lists my sessions?|"
         "How do I list my sessions?||How can I list the sessions from the shell?|What command lists the sessions?"),
    Fact("`hat-tui sessions search WORDS` finds the sessions that contain the words.",
         "How do I search sessions in the shell?|What does hat-tui sessions search do?|Which command searches my sessions?|"
         "How do I find a word in my old chats?||How can I search sessions from the shell?|What command searches the sessions?"),
    Fact("Yes, session files are plain UTF-8 text; read them with less and search them with grep.",
         "Can I read session files?|What format do sessions have?|Are sessions plain text?|Can I grep my sessions?|"
         "How do I read a session file?||In which format are sessions?|Can I read a session in less?"),
    Fact("Use `--sessions-dir FOLDER` or set it in the config file.",
         "How do I change the sessions folder?|What does --sessions-dir do?|How do I use another folder for sessions?|"
         "Can I keep sessions elsewhere?||How can I set the sessions folder?|Which flag sets the sessions folder?"),
    Fact("Nothing that was written is lost: the session file holds all turns and the part of the last reply.",
         "What happens if hat-tui crashes?|What if the power fails?|Do I lose my chat in a crash?|What happens when hat-tui is killed?||"
         "Is my chat lost when hat-tui crashes?|What is lost in a crash?"),
    # Models
    Fact("Models are GGUF files; put them into the folder models where you start hat-tui, or into the models folder of your data.",
         "Where do I put models?|Where are models kept?|Where is the models folder?|How do I add a model?|"
         "Where do I put a GGUF file?|How do I install a model?||Where can I put my models?|Where does hat-tui look for models?"),
    Fact("GGUF is the file format of models for llama.cpp: one file with the weights, the tokenizer and the chat template.",
         "What is GGUF?|What is a GGUF file?|Which model format does hat-tui use?|What does GGUF mean?|Explain GGUF.||"
         "Which file format do models have?|Can you explain GGUF?"),
    Fact("Run `hat-tui models get` to see models worth a try, and `hat-tui models get OWNER/NAME` to download one.",
         "How do I download a model?|How do I get a model?|What does hat-tui models get do?|Where do I get a real model?|"
         "How do I get a better model?|How do I get a bigger model?|Can hat-tui download models?||How can I download a real model?|"
         "Which command downloads a model?"),
    Fact("Quantization stores the weights with fewer bits, so that a model is smaller and faster; Q8_0 uses eight bits.",
         "What is quantization?|What does Q8_0 mean?|What is a quantized model?|Explain quantization.|What does Q4_K_M mean?||"
         "What does quantization mean?|What is meant by a quantized model?"),
    Fact("A chat template says how a conversation is written for a model; it comes with the GGUF file.",
         "What is a chat template?|What is a chat format?|Explain chat templates.|What is the template of a model?||"
         "What is meant by a chat template?|What does the chat template do?"),
    Fact("Yes, pick another model with Ctrl+S; the conversation is kept.",
         "Do I lose my chat when I switch models?|Is the conversation kept when I change the model?|"
         "Can I change the model during a chat?|Can I switch models in the middle of a chat?||"
         "Does my conversation stay when I switch models?"),
    Fact("The demo model is me: about two million parameters, a few megabytes, made for hat-tui.",
         "What is the demo model?|What is the bundled model?|Why is there a demo model?|What model comes with hat-tui?|"
         "Which model is bundled?||What is the demo model for?|Which model comes with hat-tui?"),
    # Server
    Fact("hat-tui starts its own llama_cpp.server for a model file and stops it when you leave.",
         "How does hat-tui run models?|What runs the model?|Does hat-tui start a server?|Which server does hat-tui use?|"
         "What happens to the server when I quit?|What is llama_cpp.server?||Which program runs the model?|Does hat-tui stop the server when I leave?"),
    Fact("Run `pip install \"hat-tui[server]\"` to add the part that runs models.",
         "How do I install the server part?|llama_cpp is not installed, what now?|How do I add the server?|"
         "What is the server extra?|How do I install llama-cpp-python?||How can I install the server part?|What do I do when llama_cpp is missing?"),
    Fact("Run `pip install hat-tui` for the client alone, or with [server] to run models yourself.",
         "How do I install hat-tui?|How is hat-tui installed?|Can I install hat-tui with pip?|How to install hat-tui?||"
         "How can I install hat-tui?|What do I type to install hat-tui?"),
    Fact("Open the server log with Ctrl+L: it says why the server stopped and what to do.",
         "Why did the server crash?|The server stopped, what now?|What do I do when the server crashes?|The model does not load.|"
         "Why does the model not load?||What can I do when the server stops?|My model does not load, why?"),
    Fact("A model needs about its file size in memory, and more for a long context.",
         "How much memory does a model need?|How much RAM do I need?|Will the model fit in memory?|Does my model fit?||"
         "How much memory do I need for a model?|What RAM does a model need?"),
    # Connecting and sharing
    Fact("Press Alt+C and type the URL, such as http://192.168.1.52:8000/v1, and the key if there is one.",
         "How do I connect to a colleague?|How do I use a colleague's model?|How do I use a remote server?|"
         "What do I type to connect?|Can I use a server on another computer?||How can I connect to a colleague's server?|"
         "How do I use a model on another machine?"),
    Fact("Requests are served one after the other: your prompt waits until your colleague's reply has ended.",
         "What happens when two people use one server?|Can two people chat at once?|What if my colleague uses the server too?||"
         "Can two people use one server?|What happens if the server is busy?"),
    Fact("Yes, any server with the OpenAI API works: llama-server, Ollama, vLLM and others.",
         "Which servers can I connect to?|Does hat-tui work with Ollama?|Can I use llama-server?|Does hat-tui work with vLLM?|"
         "Which other servers work?||What servers does hat-tui work with?|Can I connect to Ollama?"),
    Fact(
        "Put the key of a server into the variable HAT_TUI_API_KEY.",
        "Where do I put the API key?|How do I give an API key?|What is HAT_TUI_API_KEY?|The server needs a key, what now?|"
        "How do I use a server with a key?||Where can I put the key of a server?|How can I set the API key?",
    ),
    Fact(
        "`hat-tui --where` prints the config file and the folders in use.",
        "What does --where do?|Which folders does hat-tui use?|How do I find my folders?|Where are all the files?||"
        "Which command prints the folders?|What is --where for?",
    ),
    Fact(
        "In the parameter form press s to save a preset and p to pick one.",
        "How do I save a preset?|How do I pick a preset?|Which key saves a preset?|How do I load a preset?||"
        "How can I save a preset?|Which key picks a preset?",
    ),
    Fact(
        "In the parameter form arrows choose and change a value, Enter types one, and d goes back to the default.",
        "How do I change a parameter?|How do I change a value in the form?|How do I go back to the default?|"
        "How do I reset a parameter?||How can I change a parameter?|How do I get the default back?",
    ),
    Fact(
        "In the server log press / to search.",
        "How do I search the log?|How do I find something in the server log?|Can I search the server log?|"
        "Which key searches the log?||How can I search in the log?|How do I look for a word in the server log?",
    ),
    Fact(
        "When there are several models, hat-tui asks which one to use.",
        "What if I have several models?|What happens when there are many models?|Does hat-tui ask which model to use?||"
        "What happens if I have two models?",
    ),
    Fact(
        "Yes: press Up in the empty prompt box to take a queued prompt back.",
        "Can I take a queued prompt back?|How do I take back a queued prompt?|How do I cancel a waiting prompt?||"
        "How can I get a queued prompt back?",
    ),
    Fact(
        "`hat-tui serve --share` serves a model to the local network, with a key, and shows the line to type.",
        "What does hat-tui serve --share do?|How do I share from the shell?|Which command shares my model?|How does sharing work?|"
        "What does --share do?|How do I share without the screen?||What is hat-tui serve --share for?|Which command serves a model to others?",
    ),
    Fact(
        "`hat-tui serve` runs the model's server alone, without the chat screen.",
        "What does hat-tui serve do?|How do I run only the server?|Can I run the server alone?|What is hat-tui serve?||"
        "What is hat-tui serve for?|How can I run the server without the screen?",
    ),
    Fact(
        "Your colleague types the line that sharing shows: `hat-tui --url URL`, and puts the key into HAT_TUI_API_KEY.",
        "What does my colleague type?|How does a colleague connect to me?|How do others connect to my server?|"
        "What must my colleague do?||What does a colleague have to type?|How can a colleague connect to my server?",
    ),
    Fact(
        "Only this computer can use your server, unless you share it; a shared server has a key.",
        "Who can use my server?|Is my server open to the network?|Is the server safe?|Can others reach my server?|"
        "Why does a shared server have a key?||Who can reach my server?|Is my server visible to others?",
    ),
    Fact(
        "`hat-tui connect NAME` chats with a server that you saved under a name.",
        "What does hat-tui connect do?|How do I use a saved server?|How do I connect by name?|What is a saved server?||"
        "What is hat-tui connect for?|How can I connect to a saved server?",
    ),
    Fact(
        "`hat-tui doctor` checks the terminal, the folders, the server part and your connections, and says what to do.",
        "What does hat-tui doctor do?|What is the doctor?|hat-tui does not work, what can I do?|How do I check my installation?|"
        "Which command checks everything?||What is hat-tui doctor for?|How can I check that everything works?",
    ),
    Fact(
        "`hat-tui models` lists the models that are here.",
        "What does hat-tui models do?|How do I list my models?|Which models do I have?|Which command lists models?||"
        "How can I list the models from the shell?|What command lists my models?",
    ),
    Fact(
        "`hat-tui models show NAME` tells everything about a model: metadata, chat template, memory it needs.",
        "What does hat-tui models show do?|How do I see the details of a model?|Which command shows a model's metadata?||"
        "How can I see the metadata of a model?|Which command shows the details of a model?",
    ),
    Fact(
        "`hat-tui sessions export ID --format html` writes a session as HTML; markdown and json work too.",
        "How do I export a session?|Can I export a chat?|Which export formats are there?|How do I export to Markdown?|"
        "Can I export as HTML?|How do I get a session as JSON?||How can I export my chat?|Which formats can a session be exported to?",
    ),
    Fact(
        "`hat-tui accept report` shows the acceptance sheet, in the terminal or as HTML to print and sign.",
        "What does hat-tui accept report do?|How do I make a report?|How do I print an acceptance sheet?|How do I get the results?||"
        "How can I make an acceptance report?|Which command makes the report?",
    ),
    Fact(
        "`hat-tui accept judge` lets you mark the answers of a run in the terminal.",
        "What does hat-tui accept judge do?|How do I judge answers in the shell?|Which command is for marking answers?||"
        "What is hat-tui accept judge for?|How can I mark answers from the shell?",
    ),
    Fact(
        "Type /attach and a path: the text file is sent along with your prompt.",
        "How do I attach a file?|Can I send a file to the model?|What does /attach do?|How do I add a text file?||"
        "How can I attach a text file?|Can I attach a file?",
    ),
    # Acceptance test
    Fact("The Home Acceptance Test gives a model fixed tasks; you mark each answer and get a verdict: accepted or not.",
         "What is the acceptance test?|What is the Home Acceptance Test?|How does the acceptance test work?|"
         "Explain the acceptance test.|How do I know whether a model is good?||What is the Home Acceptance Test for?|"
         "How does the Home Acceptance Test work?"),
    Fact("Marks go from 0 to 5: 0 is gibberish, 3 followed with mistakes, 5 perfect.",
         "What do the marks mean?|Which marks are there?|What is the best mark?|What does mark 0 mean?|How do I mark an answer?|"
         "What does a 5 mean?||What is the meaning of the marks?|Which marks can I give?"),
    Fact("A protocol is a TOML file with the tasks of an acceptance test, their checks and limits.",
         "What is a protocol?|What is in a protocol?|What is a test protocol?|Explain protocols.|What format has a protocol?||"
         "What is meant by a protocol?|What is a protocol for?"),
    Fact("`home.toml` has about 20 tasks, `quick.toml` has five.",
         "Which protocols come with hat-tui?|What is home.toml?|What is quick.toml?|How many tasks has the test?|"
         "How long is the acceptance test?||What are home.toml and quick.toml?|How many tasks are there?"),
    Fact("With several models the order is shuffled and the names are hidden until all answers are marked.",
         "What is blind judging?|What does blind mean?|Why are the model names hidden?|How does blind marking work?||"
         "What is meant by blind judging?|Why is judging blind?"),
    Fact("`hat-tui accept run PROTOCOL --model A --model B` runs the test without the screen.",
         "How do I run the acceptance test from the shell?|What does hat-tui accept run do?|Which command runs the acceptance test?||"
         "How can I run the acceptance test in the shell?|What command runs the acceptance test?"),
    Fact("Yes: run the test with both models, then compare the marks and speeds in one table.",
         "How do I compare two models?|Can I compare models?|Which model is better?|How can I find the better model?||"
         "How do I compare models?|Can hat-tui compare two models?"),
    Fact("A low temperature, such as 0.1, is good for facts; a higher one, such as 0.8, is good for stories.",
         "Which temperature should I use?|What is a good temperature?|What temperature is best?|How should I set the temperature?||"
         "Which temperature is good?|What temperature do you recommend?"),
    Fact("A reply that ends with length reached the Reply length; raise it, or continue the reply.",
         "Why was the reply cut?|Why does the reply stop in the middle?|What does length limit mean?|Why is the answer not complete?|"
         "What does finish reason length mean?||Why is my reply cut off?|Why did the answer stop in the middle?"),
    Fact("The system prompt tells the model who it should be; it is always sent first.",
         "What is a system prompt for?|How do I tell the model who to be?|What should I write as system prompt?||"
         "What can a system prompt do?"),
    Fact("Presets are sets of parameters that you save under a name and pick later.",
         "What are presets?|What is a preset?|How do I save parameters?|Can I save my parameters?||What are presets for?|"
         "Can I keep a set of parameters?"),
)  # fmt: skip


def all_facts() -> list[Fact]:
    """Every fact that the model is taught about hat-tui."""
    return [*WRITTEN, *table_facts()]


_ALL = all_facts()


def about_hat_tui(scene: Scene) -> Exchange:
    fact = scene.rng.choice(_ALL)
    return Exchange(scene.dressed(scene.ways(fact.asks)), fact.reply)
